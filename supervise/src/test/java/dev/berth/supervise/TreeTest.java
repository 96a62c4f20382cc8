package dev.berth.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.net.ProcessEntry;
import dev.berth.net.ProcessList;
import dev.berth.supervise.contract.Command;
import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.Settings;
import dev.berth.sys.Processes;
import dev.berth.sys.Signal;
import dev.berth.testkit.FreePort;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.RequiresProgram;

import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// All processes that a worker starts, with a cgroup (if this system has them) and without.
@ExtendWith(LeakCheck.class)
@RequiresProgram({"python3", "setsid"})
public class TreeTest {
    /// Starts a process that calls `os.setsid()`, and another one whose parent ends at once; each
    /// prints when it is told to stop.
    private static final String FAMILY =
            """
            import os, signal, sys, time
            def stray(name):
                os.setsid()
                def told(*_):
                    os.write(1, b"STOPPED %s\\n" % name)
                    os._exit(0)
                signal.signal(signal.SIGTERM, told)
                os.write(1, b"%s %d\\n" % (name, os.getpid()))
                while True: time.sleep(1)
            if os.fork() == 0:
                stray(b"CHILD")
            if os.fork() == 0:
                if os.fork() == 0: stray(b"ORPHAN")
                os._exit(0)
            os.wait()
            """;

    private static final String DEAF =
            "import signal; signal.signal(signal.SIGTERM," + " signal.SIG_IGN)\n";

    private static void kill(int pid) {
        assertThat(Processes.kill(pid, Signal.KILL.number())).isZero();
    }

    private static int number(String text) {
        return Integer.parseInt(text.strip());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theChildOfAShellIsToldToStopWhenTheShellHasEnded(boolean cgroups) throws Exception {
        int port = FreePort.tcp();
        String server =
                "import signal, os, sys\n"
                        + "def told(*_): os.write(1, b'STOPPED\\n'); os._exit(0)\n"
                        + "signal.signal(signal.SIGTERM, told)\n"
                        + Programs.server(port);
        Command command =
                new Command(
                        List.of(
                                "/bin/sh",
                                "-c",
                                "\"$0\" -c \"$1\" & echo CHILD $!; wait",
                                Programs.python(),
                                server));
        int child;
        try (SupervisorFixture fixture =
                SupervisorFixture.start(
                        new SupervisorFixture.Setup().command(command).cgroups(cgroups))) {
            fixture.awaitReady();
            child = number(fixture.printed("CHILD "));
            assertThat(SupervisorFixture.ask(port)).isEqualTo("" + child);
            assertThat(fixture.ask(new Request.Stop()).done()).isTrue();
            fixture.printed("STOPPED");
        }
        assertThat(SupervisorFixture.alive(child)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void strayChildrenAreToldToStop(boolean cgroups) throws Exception {
        int port = FreePort.tcp();
        SupervisorFixture.Setup setup =
                new SupervisorFixture.Setup().command(Programs.server(port, FAMILY));
        String name;
        try (SupervisorFixture fixture = SupervisorFixture.start(setup.cgroups(cgroups))) {
            name = fixture.runtime.getFileName().toString();
            fixture.awaitReady();
            fixture.printed("CHILD ");
            fixture.printed("ORPHAN ");
            assertThat(fixture.ask(new Request.Stop()).done()).isTrue();
            fixture.printed("STOPPED CHILD");
            fixture.printed("STOPPED ORPHAN");
            assertThat(fixture.exit()).isZero();
        }
        assertThat(groups(name)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void strayChildrenOfAWorkerThatCrashesAreKilledAndReaped(boolean cgroups) throws Exception {
        int port = FreePort.tcp();
        SupervisorFixture.Setup setup =
                new SupervisorFixture.Setup().command(Programs.server(port, DEAF + FAMILY));
        try (SupervisorFixture fixture = SupervisorFixture.start(setup.cgroups(cgroups))) {
            fixture.awaitReady();
            int child = number(fixture.printed("0.1 CHILD "));
            int orphan = number(fixture.printed("0.1 ORPHAN "));
            kill(fixture.pid(0));
            fixture.await(() -> fixture.slot(0).generation() == 2);
            fixture.awaitReady();
            assertThat(SupervisorFixture.alive(child)).isFalse();
            assertThat(SupervisorFixture.alive(orphan)).isFalse();
            fixture.await(
                    () -> ProcessList.of(orphan).isEmpty() && ProcessList.of(child).isEmpty());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aWorkerThatDoesNotStopIsKilledAfterTheGrace(boolean cgroups) throws Exception {
        int port = FreePort.tcp();
        Settings settings =
                SupervisorFixture.Setup.timed(
                        Settings.Ready.LISTENING, Duration.ofSeconds(2), Duration.ofMillis(400));
        String deaf = FAMILY.replace("os.write(1, b\"STOPPED", "return; os.write(1, b\"");
        assertThat(deaf).contains("return; ");
        SupervisorFixture.Setup setup =
                new SupervisorFixture.Setup()
                        .command(Programs.server(port, DEAF + deaf))
                        .settings(settings)
                        .cgroups(cgroups);
        int child;
        int orphan;
        try (SupervisorFixture fixture = SupervisorFixture.start(setup)) {
            fixture.awaitReady();
            child = number(fixture.printed("CHILD "));
            orphan = number(fixture.printed("ORPHAN "));
            assertThat(fixture.ask(new Request.Stop()).done()).isTrue();
            assertThat(fixture.exit()).isZero();
            fixture.said("did not stop in time; killing it");
        }
        assertThat(SupervisorFixture.alive(child)).isFalse();
        assertThat(SupervisorFixture.alive(orphan)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aProcessThatOutlivesTheFirstIsKilledAfterTheGrace(boolean cgroups) throws Exception {
        int port = FreePort.tcp();
        Settings settings =
                SupervisorFixture.Setup.timed(
                        Settings.Ready.LISTENING, Duration.ofSeconds(2), Duration.ofMillis(400));
        String deaf = FAMILY.replace("os.write(1, b\"STOPPED", "return; os.write(1, b\"");
        SupervisorFixture.Setup setup =
                new SupervisorFixture.Setup()
                        .command(Programs.server(port, deaf))
                        .settings(settings)
                        .cgroups(cgroups);
        try (SupervisorFixture fixture = SupervisorFixture.start(setup)) {
            fixture.awaitReady();
            int child = number(fixture.printed("CHILD "));
            int orphan = number(fixture.printed("ORPHAN "));
            int old = fixture.pid(0);
            assertThat(fixture.ask(new Request.Roll(Optional.empty())).done()).isTrue();
            SupervisorFixture.awaitGone(old, SupervisorFixture.LIMIT);
            SupervisorFixture.awaitGone(child, SupervisorFixture.LIMIT);
            SupervisorFixture.awaitGone(orphan, SupervisorFixture.LIMIT);
            fixture.await(() -> fixture.slot(0).workers().size() == 1);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aProgramThatGoesToTheBackgroundIsRejected(boolean cgroups) throws Exception {
        int port = FreePort.tcp();
        Command command =
                new Command(
                        List.of(
                                "/bin/sh",
                                "-c",
                                "setsid \"$0\" -c \"$1\" & echo PID $!; exit 0",
                                Programs.python(),
                                Programs.server(port)));
        int daemon;
        try (SupervisorFixture fixture =
                SupervisorFixture.start(
                        new SupervisorFixture.Setup().command(command).cgroups(cgroups))) {
            assertThat(fixture.exit()).isEqualTo(1);
            fixture.said("went into the background");
            daemon = number(fixture.printed("PID "));
        }
        assertThat(SupervisorFixture.alive(daemon)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void orphansThatEndAreReaped(boolean cgroups) throws Exception {
        int port = FreePort.tcp();
        String brood =
                """
                import os, time
                for i in range(5):
                    if os.fork() == 0:
                        if os.fork() == 0:
                            os.setsid()
                            time.sleep(0.2)
                        os._exit(0)
                    os.wait()
                """;
        SupervisorFixture.Setup setup =
                new SupervisorFixture.Setup().command(Programs.server(port, brood));
        try (SupervisorFixture fixture = SupervisorFixture.start(setup.cgroups(cgroups))) {
            fixture.awaitReady();
            fixture.await(() -> childrenOfThisProcess(fixture.pid(0)) == 0);
        }
    }

    /// All children except the worker and the guard.
    private static long childrenOfThisProcess(int worker) {
        long self = ProcessHandle.current().pid();
        return ProcessList.read().stream()
                .filter(entry -> entry.parent() == self && entry.pid() != worker)
                .filter(entry -> !ProcessList.command(entry.pid()).contains("/dev/fd/3"))
                .map(ProcessEntry::pid)
                .count();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void otherChildrenOfThisProcessAreLeftAlone(boolean cgroups) throws Exception {
        int port = FreePort.tcp();
        Process brief = null;
        Process lasting = null;
        try (SupervisorFixture fixture =
                SupervisorFixture.start(
                        new SupervisorFixture.Setup()
                                .command(Programs.server(port, FAMILY))
                                .cgroups(cgroups))) {
            fixture.awaitReady();
            lasting = new ProcessBuilder("setsid", "sleep", "60").start();
            brief = new ProcessBuilder("setsid", "sh", "-c", "sleep 0.3; exit 7").start();
            kill(fixture.pid(0));
            assertThat(brief.waitFor(180, TimeUnit.SECONDS)).isTrue();
            assertThat(brief.exitValue()).isEqualTo(7);
            fixture.await(() -> fixture.slot(0).generation() == 2);
            fixture.awaitReady();
        } finally {
            assertThat(lasting).isNotNull();
            boolean spared = lasting.isAlive();
            lasting.destroyForcibly().waitFor();
            assertThat(spared).isTrue();
        }
    }

    /// The remaining cgroups of a supervisor.
    public static List<Path> groups(String name) throws IOException {
        Path root = Path.of("/sys/fs/cgroup");
        if (!Files.isDirectory(root)) {
            return List.of();
        }
        try (Stream<Path> all =
                Files.find(
                        root,
                        3,
                        (path, attributes) ->
                                path.getFileName().toString().startsWith("berth-" + name + "-"))) {
            return all.toList();
        }
    }
}
