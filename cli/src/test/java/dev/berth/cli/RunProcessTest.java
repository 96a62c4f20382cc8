package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.cli.command.SelfJvm;
import dev.berth.cli.demo.Whoami;
import dev.berth.sys.Processes;
import dev.berth.sys.Signal;
import dev.berth.testkit.Await;
import dev.berth.testkit.ChildProcess;
import dev.berth.testkit.FreePort;
import dev.berth.testkit.LeakCheck;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Whole commands, each in its own process.
@ExtendWith(LeakCheck.class)
@Timeout(600)
class RunProcessTest {
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @TempDir Path runtime;

    private final int port = FreePort.tcp();

    @RegisterExtension
    private final BerthProcesses berth = new BerthProcesses(() -> runtime, PATIENCE);

    private ChildProcess demo(String... more) throws IOException {
        List<String> words = new ArrayList<>(List.of("demo", "-n", "2", "-p", "" + port));
        words.addAll(List.of(more));
        ChildProcess demo = berth.start(words.toArray(String[]::new));
        berth.await(demo, "All workers are ready");
        return demo;
    }

    private JsonNode status() throws Exception {
        return JsonMapper.shared().readTree(berth.done(0, "status", "--json").getFirst());
    }

    private String ask() throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            String request = "GET / HTTP/1.1\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            byte[] answer = socket.getInputStream().readAllBytes();
            return new String(answer, StandardCharsets.ISO_8859_1);
        }
    }

    @Test
    void aDemoIsShownRolledScaledAndStopped() throws Exception {
        ChildProcess demo = demo();
        assertThat(ask()).contains("generation 1 ");
        JsonNode before = status();
        assertThat(before.get("pid").asInt()).isEqualTo(demo.pid());
        assertThat(before.get("slots")).hasSize(2);
        assertThat(before.get("slots").get(1).get("state").asString()).isEqualTo("ready");
        assertThat(berth.done(0, "roll")).last().asString().contains("rolled 2 slots");
        assertThat(ask()).contains("generation 2 ");
        assertThat(berth.done(0, "scale", "demo", "1")).isNotEmpty();
        assertThat(status().get("slots")).hasSize(1);
        assertThat(berth.done(1, "status", "other")).last().asString().contains("running: demo");
        berth.done(0, "stop", "demo");
        assertThat(demo.awaitExit(PATIENCE)).isZero();
        assertThat(runtime.resolve("berth")).isEmptyDirectory();
        assertThat(berth.done(1, "status"))
                .last()
                .asString()
                .contains("you have no running supervisor");
    }

    @Test
    void signalsRollScaleAndEnd() throws Exception {
        ChildProcess demo = demo();
        Processes.kill(demo.pid(), Signal.HUP.number());
        berth.await(demo, "berth: SIGHUP: rolled 2 slots");
        Processes.kill(demo.pid(), Signal.TTIN.number());
        berth.await(demo, "berth: SIGTTIN: scaled from 2 to 3");
        Processes.kill(demo.pid(), Signal.TTOU.number());
        berth.await(demo, "berth: SIGTTOU: scaled from 3 to 2");
        Processes.kill(demo.pid(), Signal.INT.number());
        assertThat(demo.awaitExit(PATIENCE)).isZero();
    }

    @Test
    void aNameInUseAndATakenPortAreRefused() throws Exception {
        ChildProcess demo = demo();
        assertThat(berth.done(1, "run", "--name", "demo", "--", "cat"))
                .singleElement()
                .asString()
                .contains("demo is running already (pid " + demo.pid() + ")", "berth stop demo");
        assertThat(berth.done(1, "run", "-p", "" + port, "--", "cat"))
                .singleElement()
                .asString()
                .contains("port " + port + " is taken: pid ");
    }

    @Test
    void aCommandThatEndsAtStartEndsTheRunWithItsLastWords() throws Exception {
        List<String> output =
                berth.done(1, "run", "-n", "1", "--", "sh", "-c", "echo no such table; exit 3");
        assertThat(output).anyMatch(line -> line.startsWith("berth: ") && line.contains("exit 3"));
        assertThat(output).contains("[sh/0.1] no such table");
    }

    @Test
    void theLogHoldsEverythingAndIsReopened() throws Exception {
        Path log = runtime.resolve("log");
        List<String> words = new ArrayList<>(List.of("run", "-n", "1", "--settle", "100ms"));
        words.addAll(List.of("--name", "logged", "--log", log.toString(), "--"));
        words.addAll(SelfJvm.command(Whoami.class, List.of("-Xmx24m")));
        words.add(Integer.toString(port));
        ChildProcess run = berth.start(words.toArray(String[]::new));
        awaitText(log, "[logged/0.1] listening");
        Files.move(log, runtime.resolve("log.1"));
        Processes.kill(run.pid(), Signal.USR1.number());
        awaitExists(log);
        berth.done(0, "stop");
        assertThat(run.awaitExit(PATIENCE)).isZero();
        assertThat(run.output()).isEmpty();
        assertThat(log).content().matches("(?s)(20[0-9T:.-]+Z .*\n)*");
    }

    /// HotSpot raises its own limit to the hard limit, and all its child processes would inherit
    /// that.
    @Test
    void workersGetTheDescriptorLimitThatBerthWasStartedWith() throws Exception {
        String program =
                "echo soft $(ulimit -Sn); echo berth $(grep 'open files' /proc/$PPID/limits); exit"
                        + " 3";
        ChildProcess run = berth.startWithSoft(300, "run", "-n", "1", "--", "sh", "-c", program);
        assertThat(run.awaitExit(PATIENCE)).isEqualTo(1);
        assertThat(run.output()).contains("[sh/0.1] soft 300");
        assertThat(run.output())
                .as("its own")
                .anyMatch(line -> line.matches(".*Max open files (\\d+) \\1 files"));
    }

    private static void awaitExists(Path file) {
        Await.until(PATIENCE, () -> Files.exists(file), () -> "no " + file);
    }

    private static void awaitText(Path file, String text) {
        Await.until(
                PATIENCE,
                () -> {
                    try {
                        return Files.exists(file) && Files.readString(file).contains(text);
                    } catch (IOException unreadable) {
                        return false;
                    }
                },
                () -> "not in " + file + ": " + text);
    }
}
