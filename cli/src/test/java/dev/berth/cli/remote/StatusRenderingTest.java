package dev.berth.cli.remote;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;
import java.util.OptionalInt;

class StatusRenderingTest {
    private static List<String> lines(OptionalInt columns, boolean colour) {
        return new StatusTable(columns, colour, Statuses.NOW).lines(Statuses.rolling());
    }

    @Test
    void everythingIsShownInAWideWindow() {
        assertThat(lines(OptionalInt.empty(), false))
                .containsExactly(
                        "web (pid 4711): server --port 8080",
                        "tcp://0.0.0.0:8080",
                        "adopt seccomp, steer hash (ebpf)",
                        "in progress: roll",
                        "",
                        "SLOT  STATE         PID  GEN     UP  RESTARTS  CONNS   QUEUE  DROPS"
                                + "  STEERED  SHARE",
                        "   0  ready     1200345    3  10m0s         1      7  1/4096      0"
                                + "    12345  66.7%",
                        "      draining  1200111    2                       2  0/4096      5"
                                + "        -      -",
                        "   1  backoff         -    -     5s         5      -       -      -"
                                + "        -      -",
                        "",
                        "foreign socket on tcp://0.0.0.0:8080: pid 99 (old-server): takes a share",
                        "foreign socket on tcp://0.0.0.0:8080: a socket whose process was not"
                                + " found: takes a share",
                        "slot 1: slot 1.6 (pid 12) ended at start: exit 3; its last output:",
                        "    no such table",
                        "slot 1 is in a crash loop: 5 starts in a row, next try in 3 s");
    }

    @ParameterizedTest
    @ValueSource(ints = {40, 50, 60, 72, 80, 100})
    void noLineIsLongerThanTheWindow(int columns) {
        assertThat(lines(OptionalInt.of(columns), false))
                .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(columns));
    }

    @Test
    void fortyColumnsKeepWhatMattersMost() {
        assertThat(lines(OptionalInt.of(40), false))
                .contains("SLOT  STATE         PID     UP  CONNS")
                .contains("   0  ready     1200345  10m0s      7");
    }

    @Test
    void onlyTheStateIsColouredAndTheColumnsStayAligned() {
        List<String> coloured = lines(OptionalInt.empty(), true);
        assertThat(coloured).anyMatch(line -> line.contains("\033[32mready   \033[0m"));
        assertThat(coloured.stream().map(line -> line.replaceAll("\033\\[[0-9]*m", "")))
                .containsExactlyElementsOf(lines(OptionalInt.empty(), false));
    }

    @Test
    void jsonIsAsTheContractSays() {
        assertThat(StatusJson.of(Statuses.rolling()))
                .isEqualTo(
                        """
                        {"schema":1,"name":"web","pid":4711,"steer":"hash (ebpf)",\
                        "adopt":"seccomp","command":["/usr/bin/server","--port","8080"],\
                        "listen":["tcp://0.0.0.0:8080"],"operation":"roll",\
                        "strangers":[{"listen":"tcp://0.0.0.0:8080","pid":99,\
                        "command":"old-server","inode":77,"effect":"takes a share"},\
                        {"listen":"tcp://0.0.0.0:8080","command":"","inode":78,\
                        "effect":"takes a share"}],\
                        "slots":[{"slot":0,"state":"ready","pid":1200345,"generation":3,\
                        "restarts":1,"since":"2026-11-22T12:00:00Z","stalled":true,\
                        "workers":[{"pid":1200345,"generation":3,"state":"ready",\
                        "connections":7},{"pid":1200111,"generation":2,"state":"draining",\
                        "connections":2}],\
                        "sockets":[{"listen":"tcp://0.0.0.0:8080","generation":3,"inode":31,\
                        "queue":1,"backlog":4096,"drops":0,"steered":12345,"share":0.6667},\
                        {"listen":"tcp://0.0.0.0:8080","generation":2,"queue":0,\
                        "backlog":4096,"drops":5}]},\
                        {"slot":1,"state":"backoff","restarts":5,\
                        "since":"2026-11-22T12:09:55Z",\
                        "last_failure":"slot 1.6 (pid 12) ended at start: exit 3; its last\
                         output:\\n    no such table",\
                        "workers":[],"sockets":[]}],\
                        "notes":["slot 1 is in a crash loop: 5 starts in a row, next try in 3 s"]}\
                        """);
    }

    @Test
    void withoutAnOperationItIsNull() {
        var status = Statuses.rolling();
        var idle =
                new dev.berth.supervise.contract.Status(
                        status.name(),
                        status.pid(),
                        status.steer(),
                        status.fallbacks(),
                        status.shed(),
                        status.adopt(),
                        status.command(),
                        List.of(),
                        java.util.Optional.empty(),
                        List.of(),
                        List.of(),
                        List.of());
        assertThat(StatusJson.of(idle))
                .contains("\"operation\":null,\"strangers\":[],\"slots\":[],\"notes\":[]}");
    }
}
