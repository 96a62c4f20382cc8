package dev.berth.cli.ports;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.berth.inspect.PortGroup;
import dev.berth.inspect.PortReport;
import dev.berth.inspect.PortSocket;
import dev.berth.inspect.SocketOptions;
import dev.berth.net.Protocol;
import dev.berth.net.TcpState;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

class WhoRenderingTest {
    private static final WhoNotes NOTES =
            new WhoNotes(uid -> "web", new WhoNotes.PortRange(32768, 60999));

    private static List<String> lines(OptionalInt columns, boolean colour, boolean all) {
        return new WhoText(columns, colour, all, NOTES, _ -> Optional.empty())
                .lines(WhoSamples.report(), "nobody is on port 8080");
    }

    @Test
    void wideTextShowsSocketsOwnersQueueAndForeignSocket() {
        assertThat(lines(OptionalInt.empty(), false, false))
                .containsExactly(
                        "tcp 8080",
                        "  LISTEN 127.0.0.1:8080  SO_REUSEPORT  SO_REUSEADDR  group 1 (one of 2)",
                        "    pid 42 server --port 8080  (web, fd 6, docker:0123456789ab,"
                                + " web.service)",
                        "    queue [########..] 3 of 4 waiting for accept",
                        "    dropped 12 segments: its queue was full, or TCP_DEFER_ACCEPT discarded"
                                + " them",
                        "  LISTEN 127.0.0.1:8080  SO_REUSEPORT  group 1 (one of 2)",
                        "    pid 43 evil?[31m?name  (web, fd 6, docker:0123456789ab, web.service)",
                        "    queue [########..] 3 of 4 waiting for accept",
                        "    dropped 12 segments: its queue was full, or TCP_DEFER_ACCEPT discarded"
                                + " them",
                        "    FOREIGN socket in the group: gets 1 of 2 connections by the kernel's"
                                + " hash",
                        "  1 ESTABLISHED: pid 42 server --port 8080",
                        "  1 TIME_WAIT: the last expires in 43 s",
                        "  - 127.0.0.1:8080: a process that also sets SO_REUSEPORT and has uid 1000"
                                + " (web) can join; any other gets EADDRINUSE",
                        "",
                        "unknown:",
                        "  reuseaddr, reuseport of 1 TIME_WAIT: only the kernel holds it");
    }

    @Test
    void narrowTextKeepsWithinTheWindow() {
        List<String> lines = lines(OptionalInt.of(40), false, false);
        assertThat(lines).allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(40));
        assertThat(lines)
                .contains(
                        "  LISTEN 127.0.0.1:8080  SO_REUSEPORT  …",
                        "    queue [########..] 3 of 4 waiting f…",
                        "  - 127.0.0.1:8080: a process that also",
                        "    sets SO_REUSEPORT and has uid 1000");
    }

    @Test
    void dropsAndForeignSocketsAreRedOnATerminal() {
        assertThat(lines(OptionalInt.of(100), true, false))
                .contains(
                        "\033[31m    dropped 12 segments: its queue was full, or TCP_DEFER_ACCEPT"
                                + " discarded them\033[0m")
                .filteredOn(line -> line.startsWith("\033[31m"))
                .hasSize(3);
    }

    @Test
    void allListsEachConnection() {
        assertThat(lines(OptionalInt.empty(), false, true))
                .contains(
                        "  ESTABLISHED 127.0.0.1:8080 to 127.0.0.1:50000: pid 42 server --port"
                                + " 8080",
                        "  TIME_WAIT 127.0.0.1:8080 to 127.0.0.1:50001, expires in 43 s");
    }

    @Test
    void closedConnectionsAreCountedByState() {
        List<PortSocket> left = new ArrayList<>();
        for (TcpState state : List.of(TcpState.TIME_WAIT, TcpState.FIN_WAIT2, TcpState.TIME_WAIT)) {
            left.add(
                    WhoSamples.socket(
                            WhoSamples.row(
                                    Protocol.TCP,
                                    state,
                                    "127.0.0.1:8080",
                                    "127.0.0.1:50001",
                                    0,
                                    OptionalInt.of(9_100)),
                            SocketOptions.unknown("only the kernel holds it"),
                            0,
                            "kept by the kernel"));
        }
        assertThat(
                        new WhoText(OptionalInt.empty(), false, false, NOTES, _ -> Optional.empty())
                                .lines(new PortReport(left, List.of(), List.of()), ""))
                .contains("  2 TIME_WAIT, 1 FIN_WAIT2: the last expires in 10 s");
    }

    @Test
    void aLargeGroupIsShownAsATable() {
        List<PortSocket> members = new ArrayList<>();
        List<SteeredGroup.SteeredSocket> steeredSockets = new ArrayList<>();
        for (int slot = 0; slot < 3; slot++) {
            int inode = 20 - slot;
            members.add(
                    WhoSamples.socket(
                            WhoSamples.row(Protocol.TCP, TcpState.LISTEN, "0.0.0.0:80", "", inode),
                            WhoSamples.options(true, true),
                            1,
                            "",
                            WhoSamples.owner(9, "java dev.berth.cli.Main run"),
                            WhoSamples.owner(40 + slot, "server")));
            steeredSockets.add(
                    new SteeredGroup.SteeredSocket(
                            slot, 40 + slot, inode, OptionalDouble.of(0.25)));
        }
        PortSocket stranger =
                WhoSamples.socket(
                        WhoSamples.row(Protocol.TCP, TcpState.LISTEN, "0.0.0.0:80", "", 7),
                        WhoSamples.options(true, true),
                        1,
                        "",
                        WhoSamples.owner(77, "other"));
        members.add(stranger);
        var report =
                new PortReport(members, List.of(new PortGroup(1, 4, List.of(stranger))), List.of());
        var service = new SteeredGroup("web", "hash (ebpf)", steeredSockets);
        List<String> lines =
                new WhoText(OptionalInt.empty(), false, false, NOTES, _ -> Optional.of(service))
                        .lines(report, "");
        assertThat(lines)
                .contains(
                        "  LISTEN 0.0.0.0:80  SO_REUSEPORT  SO_REUSEADDR  group 1 of 4: Berth's"
                                + " web, hash (ebpf)")
                .anySatisfy(
                        line -> assertThat(line).containsPattern("0 +40 +25 *% +3/4 +12 +server"))
                .anySatisfy(line -> assertThat(line).containsPattern("- +77 +- .*FOREIGN other"))
                .filteredOn(line -> line.contains("fd 6"))
                .isEmpty();
        assertThat(
                        new WhoText(OptionalInt.empty(), false, true, NOTES, _ -> Optional.empty())
                                .lines(report, ""))
                .filteredOn(line -> line.contains("fd 6"))
                .hasSize(7);
    }

    @Test
    void anEmptyReportIsOneLine() {
        PortReport nothing = new PortReport(List.of(), List.of(), List.of());
        assertThat(
                        new WhoText(OptionalInt.empty(), false, false, NOTES, _ -> Optional.empty())
                                .lines(nothing, "nobody is on port 8080"))
                .containsExactly("nobody is on port 8080");
    }

    @Test
    void multipathTcpIsASeparateProtocol() {
        var multipath =
                new SocketOptions(
                        Optional.of(false),
                        Optional.of(true),
                        Optional.empty(),
                        OptionalInt.empty(),
                        Optional.of(true),
                        Optional.empty(),
                        false,
                        "");
        PortSocket socket =
                WhoSamples.socket(
                        WhoSamples.row(Protocol.TCP, TcpState.LISTEN, "127.0.0.1:80", "", 7),
                        multipath,
                        0,
                        "");
        var bytes = new ByteArrayOutputStream();
        PortReport report = new PortReport(List.of(socket), List.of(), List.of());
        WhoJson.write(report, new PrintStream(bytes, false, UTF_8));
        assertThat(bytes.toString(UTF_8)).contains("{\"protocol\":\"mptcp\",");
        assertThat(
                        new WhoText(OptionalInt.empty(), false, false, NOTES, _ -> Optional.empty())
                                .lines(report, ""))
                .anyMatch(line -> line.contains("LISTEN (MPTCP) 127.0.0.1:80"));
    }

    @Test
    void jsonFollowsTheContract() {
        var bytes = new ByteArrayOutputStream();
        WhoJson.write(WhoSamples.report(), new PrintStream(bytes, false, UTF_8));
        String owner =
                ",\"fd\":6,\"user\":\"web\",\"unit\":\"web.service\","
                        + "\"container\":\"docker:0123456789ab\"}";
        String first = "{\"pid\":42,\"command\":\"/usr/bin/server --port 8080\"" + owner;
        String second = "{\"pid\":43,\"command\":\"evil\\u001B[31m\\nname\"" + owner;
        String user = new dev.berth.inspect.UserNames().name(1000);
        String uid = "\"uid\":1000,\"user\":\"" + user + "\",";
        String head =
                "{\"protocol\":\"tcp\",\"family\":\"inet\",\"state\":\"%s\","
                        + "\"local\":\"127.0.0.1:8080\",\"remote\":%s,\"device\":null,"
                        + "\"v6only\":null,";
        String listen = head.formatted("LISTEN", "null") + uid;
        String where = "\"netns\":4026531840,";
        String queue = "\"queue\":3,\"backlog\":4,\"drops\":12,\"group\":1,\"owners\":[";
        assertThat(bytes.toString(UTF_8))
                .isEqualTo(
                        "{\"schema\":1,\"sockets\":["
                                + listen
                                + "\"inode\":11,\"cookie\":\"11\","
                                + where
                                + "\"reuseaddr\":true,\"reuseport\":true,"
                                + queue
                                + first
                                + "]},"
                                + listen
                                + "\"inode\":12,\"cookie\":\"12\","
                                + where
                                + "\"reuseaddr\":false,\"reuseport\":true,"
                                + queue
                                + second
                                + "]},"
                                + head.formatted("ESTABLISHED", "\"127.0.0.1:50000\"")
                                + uid
                                + "\"inode\":13,\"cookie\":\"13\","
                                + where
                                + "\"reuseaddr\":true,\"reuseport\":true,\"queue\":null,"
                                + "\"backlog\":null,\"drops\":0,\"group\":null,\"owners\":["
                                + first
                                + "]},"
                                + head.formatted("TIME_WAIT", "\"127.0.0.1:50001\"")
                                + "\"uid\":null,\"user\":null,\"inode\":null,"
                                + "\"cookie\":\"18446744073709551609\","
                                + where
                                + "\"queue\":null,\"backlog\":null,\"drops\":null,\"group\":null,"
                                + "\"owners\":[],\"why_no_owner\":\"TIME_WAIT: kept by the"
                                + " kernel\",\"expires_ms\":42100}],"
                                + "\"groups\":[{\"id\":1,\"members\":2,\"foreign\":[{\"inode\":12,"
                                + "\"local\":\"127.0.0.1:8080\",\"owners\":["
                                + second
                                + "]}]}],\"unknown\":[\"reuseaddr, reuseport of 1 TIME_WAIT: only"
                                + " the kernel holds it\"]}\n");
    }
}
