package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.berth.cli.command.SelfJvm;
import dev.berth.cli.demo.Whoami;
import dev.berth.supervise.control.ControlRequest;
import dev.berth.supervise.control.ControlRequestJson;
import dev.berth.sys.Processes;
import dev.berth.sys.Signal;
import dev.berth.testkit.Await;
import dev.berth.testkit.ChildProcess;
import dev.berth.testkit.FreePort;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.PidsGroup;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A supervisor and its clients, each in its own process.
@ExtendWith(LeakCheck.class)
@Timeout(600)
class ControlProcessTest {
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private static final int CLIENTS = 12;

    @TempDir Path runtime;

    @RegisterExtension
    private final BerthProcesses berth = new BerthProcesses(() -> runtime, PATIENCE);

    /// A supervisor with one built-in server.
    private ChildProcess web(String... options) throws IOException {
        return web(berth, List.of(), options);
    }

    /// The same, behind the words of `before`.
    private static ChildProcess web(BerthProcesses berth, List<String> before, String... options)
            throws IOException {
        int port = FreePort.tcp();
        List<String> words = new ArrayList<>(List.of("run", "-n", "1", "--name", "web"));
        words.addAll(List.of("--settle", "100ms"));
        words.addAll(List.of(options));
        words.add("--");
        words.addAll(SelfJvm.command(Whoami.class, List.of("-Xmx24m")));
        words.add(Integer.toString(port));
        return berth.start(before, words.toArray(String[]::new));
    }

    @Test
    void theSupervisorsOwnOutputSaysWhoChangedWhat() throws Exception {
        ChildProcess web = web();
        berth.await(web, "is ready");
        ChildProcess roll = berth.start("roll", "web");
        assertThat(roll.awaitExit(PATIENCE)).isZero();
        String by = " (by uid " + Processes.geteuid() + ", pid " + roll.pid() + ")";
        assertThat(web.output()).contains("berth: roll" + by + " begins");
        berth.await(web, "berth: roll" + by + " done: rolled 1 slot");
        berth.done(1, "drain", "web", "7");
        berth.await(web, ") failed: no slot 7");
        berth.done(0, "stop");
        assertThat(web.awaitExit(PATIENCE)).isZero();
        assertThat(web.output()).anyMatch(line -> line.endsWith("done: stopped"));
    }

    @Test
    void aClientThatIsInterruptedSaysThatTheRollGoesOn() throws Exception {
        ChildProcess web = web();
        berth.await(web, "is ready");
        // Never ready, so the roll lasts until it is stopped.
        ChildProcess roll = berth.start("roll", "web", "--", "sleep", "1000");
        berth.await(roll, "started, pid");
        Processes.kill(roll.pid(), Signal.INT.number());
        assertThat(roll.awaitExit(PATIENCE)).isEqualTo(130);
        assertThat(roll.output())
                .last()
                .isEqualTo("berth: the roll goes on; to see it: berth status web");
        assertThat(berth.done(0, "status")).contains("in progress: roll");
        berth.done(0, "stop");
        assertThat(web.awaitExit(PATIENCE)).isZero();
    }

    @Test
    void aStoppedSupervisorIsNamedAndDoesNotCarryOutTheCommandLater() throws Exception {
        ChildProcess web = web();
        berth.await(web, "is ready");
        Processes.kill(web.pid(), Signal.STOP.number());
        try {
            assertThat(berth.done(1, "stop", "web"))
                    .singleElement()
                    .asString()
                    .startsWith("berth: the supervisor web does not answer: pid " + web.pid())
                    .contains("kill -CONT " + web.pid());
        } finally {
            Processes.kill(web.pid(), Signal.CONT.number());
        }
        assertThat(berth.done(0, "status")).isNotEmpty().doesNotContain("in progress: stop");
    }

    /// It answers a request without words as protocol 1 does.
    @Test
    void aSupervisorOfAnOlderBerthIsNamedWithWhatToDo() throws Exception {
        Path control = Files.createDirectories(runtime.resolve("berth/web")).resolve("control");
        try (var listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listener.bind(UnixDomainSocketAddress.of(control));
            Thread supervisor =
                    Thread.ofPlatform()
                            .start(() -> answer(listener, "A", "Eberth: unknown command: ", "X2"));
            long pid = ProcessHandle.current().pid();
            assertThat(berth.done(1, "stop", "web"))
                    .containsExactly(
                            "berth: the supervisor web runs another version of berth: it speaks"
                                    + " control protocol 1, this berth speaks 2. Nothing was done."
                                    + " Use the berth that started it, or stop it and start it"
                                    + " again with this one (to stop it: kill %d; to roll: kill"
                                            .formatted(pid)
                                    + " -HUP %d)".formatted(pid));
            supervisor.join();
        }
    }

    private static void answer(ServerSocketChannel listener, String... frames) {
        try (SocketChannel client = listener.accept()) {
            var in = new DataInputStream(Channels.newInputStream(client));
            var out = new DataOutputStream(Channels.newOutputStream(client));
            in.skipNBytes(in.readInt());
            for (String frame : frames) {
                out.writeInt(frame.length());
                out.writeBytes(frame);
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Test
    void aSecondStopJoinsTheFirstAndASecondSignalKills() throws Exception {
        String stubborn = "trap '' TERM; echo up; while :; do sleep 0.2; done";
        ChildProcess web =
                berth.start("run", "-n", "1", "--name", "web", "--", "sh", "-c", stubborn);
        berth.await(web, "[web/0.1] up");
        ChildProcess first = berth.start("stop");
        berth.await(web, "pid " + first.pid() + ") begins");
        ChildProcess second = berth.start("stop");
        berth.await(second, "already stopping");
        Processes.kill(web.pid(), Signal.TERM.number());
        berth.await(web, "berth: SIGTERM: stopping");
        assertThat(berth.done(0, "status", "--json"))
                .singleElement()
                .asString()
                .contains("\"operation\":\"stop\"", "\"workers\":[{\"pid\":");
        Processes.kill(web.pid(), Signal.TERM.number());
        berth.await(web, "berth: SIGTERM: again; killing the remaining workers");
        assertThat(web.awaitExit(PATIENCE)).isZero();
        first.awaitExit(PATIENCE);
        second.awaitExit(PATIENCE);
    }

    @Test
    void aFailedStartIsReportedOnStandardErrorEvenWithALog() throws Exception {
        Path log = runtime.resolve("log");
        String command = "echo no such table; exit 3";
        List<String> output =
                berth.done(1, "run", "-n", "1", "--log", log.toString(), "--", "sh", "-c", command);
        assertThat(output).anyMatch(line -> line.startsWith("berth: ") && line.contains("exit 3"));
        assertThat(output).anyMatch(line -> line.contains("no such table"));
        assertThat(log).content().contains("exit 3");
    }

    @Test
    void aLogOnAFullDiskIsReportedOnceAndStopsNothing() throws Exception {
        ChildProcess web = web("--log", "/dev/full");
        berth.await(web, "berth: the log /dev/full cannot be written: ");
        Await.until(PATIENCE, this::ready, () -> "not ready: " + web.output());
        assertThat(berth.done(0, "status")).anyMatch(line -> line.contains("lines lost so far: "));
        Processes.kill(web.pid(), Signal.USR1.number());
        berth.done(0, "roll");
        berth.done(0, "stop");
        assertThat(web.awaitExit(PATIENCE)).isZero();
        assertThat(web.output()).filteredOn(line -> line.contains("cannot be written")).hasSize(1);
        assertThat(web.output()).last().asString().contains("lines lost at the end: ");
    }

    /// More clients at once than the supervisor has threads for.
    @Test
    void commandsAreAnsweredWhereTheSupervisorCanStartNothing() throws Exception {
        Optional<PidsGroup> made = PidsGroup.create("berth-test-" + ProcessHandle.current().pid());
        assumeTrue(made.isPresent(), "no control group of the pids controller can be made");
        try (PidsGroup group = made.orElseThrow();
                var limited = new BerthProcesses(runtime, PATIENCE)) {
            ChildProcess web = web(limited, group.prefix());
            limited.await(web, "is ready");
            try {
                group.fill();
                askForTheStatusAtOnce();
                assertThat(limited.done(1, "roll", "web"))
                        .anyMatch(line -> line.contains("TasksMax"));
            } finally {
                group.lift();
            }
            limited.done(0, "roll", "web");
            limited.done(0, "stop");
            assertThat(web.awaitExit(PATIENCE)).isZero();
        }
    }

    /// All requests are sent before the first answer is read. Unlike `berth status`, these clients
    /// wait for their answer however long a busy machine takes.
    private void askForTheStatusAtOnce() throws IOException {
        var control = UnixDomainSocketAddress.of(runtime.resolve("berth/web/control"));
        byte[] status =
                ("C" + ControlRequestJson.write(ControlRequest.ShowStatus.data())).getBytes(UTF_8);
        List<SocketChannel> clients = new ArrayList<>();
        try {
            for (int i = 0; i < CLIENTS; i++) {
                SocketChannel client = SocketChannel.open(control);
                clients.add(client);
                var out = new DataOutputStream(Channels.newOutputStream(client));
                out.writeInt(status.length);
                out.write(status);
            }
            for (SocketChannel client : clients) {
                assertThat(frames(client))
                        .anyMatch(it -> it.startsWith("D") && it.contains("\"ready\""));
            }
        } finally {
            for (SocketChannel client : clients) {
                client.close();
            }
        }
    }

    /// What the supervisor answers, up to the result.
    private static List<String> frames(SocketChannel client) throws IOException {
        var in = new DataInputStream(Channels.newInputStream(client));
        List<String> frames = new ArrayList<>();
        do {
            frames.add(new String(in.readNBytes(in.readInt()), UTF_8));
        } while (!frames.getLast().startsWith("R"));
        return frames;
    }

    private boolean ready() {
        try {
            return berth.done(0, "status", "--json").getFirst().contains("\"state\":\"ready\"");
        } catch (Exception failed) {
            throw new AssertionError(failed);
        }
    }

    @Test
    void aStatusThatCannotBePrintedFails() throws Exception {
        ChildProcess web = web();
        berth.await(web, "is ready");
        List<String> words = new ArrayList<>(List.of("sh", "-c", "exec \"$@\" >/dev/full", "sh"));
        words.addAll(SelfJvm.berth(List.of("--enable-native-access=ALL-UNNAMED")));
        words.addAll(List.of("status", "web"));
        var builder = new ProcessBuilder(words);
        builder.environment().put("XDG_RUNTIME_DIR", runtime.toString());
        try (ChildProcess status = ChildProcess.start(builder)) {
            assertThat(status.awaitExit(PATIENCE)).isEqualTo(1);
            assertThat(status.output())
                    .singleElement()
                    .asString()
                    .startsWith("berth: cannot write the output: ");
        }
    }
}
