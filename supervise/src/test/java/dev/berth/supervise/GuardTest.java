package dev.berth.supervise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.net.ProcessEntry;
import dev.berth.net.ProcessList;
import dev.berth.supervise.contract.Command;
import dev.berth.supervise.process.CrashGuard;
import dev.berth.sys.Descriptors;
import dev.berth.sys.Fd;
import dev.berth.sys.Processes;
import dev.berth.sys.Signal;
import dev.berth.testkit.Await;
import dev.berth.testkit.ChildProcess;
import dev.berth.testkit.FreePort;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.RequiresProgram;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What is left when a supervisor is killed: nothing.
@ExtendWith(LeakCheck.class)
@RequiresProgram("python3")
class GuardTest {
    /// Two processes that resist ending, one of them an orphan in a session of its own.
    private static final String STUBBORN =
            """
            import os, signal, time
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            def stray():
                os.setsid()
                os.write(1, b"PID %d\\n" % os.getpid())
                while True: time.sleep(1)
            if os.fork() == 0: stray()
            if os.fork() == 0:
                if os.fork() == 0: stray()
                os._exit(0)
            os.wait()
            """;

    private static final String AGAIN = "Berth started it again";

    private static int number(String line, String after) {
        return Integer.parseInt(line.substring(line.indexOf(after) + after.length()).strip());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void nothingOutlivesAKilledSupervisorByTwoSeconds(boolean cgroup) throws Exception {
        int port = FreePort.tcp();
        Path runtime = SupervisorFixture.directory();
        Path classes = runtime.resolveSibling(runtime.getFileName() + "-classes");
        Command command = Programs.server(port, STUBBORN);
        try (ChildProcess jvm = LoneSupervisor.start(runtime, List.of(), cgroup, 2, command)) {
            List<Integer> pids = new ArrayList<>();
            for (String worker : List.of("0.1", "1.1")) {
                String ready = "slot " + worker + " is ready, pid ";
                pids.add(
                        number(
                                jvm.awaitLine(l -> l.startsWith(ready), SupervisorFixture.LIMIT),
                                ready));
                jvm.awaitLine(l -> l.startsWith(worker + " PID "), SupervisorFixture.LIMIT);
            }
            Await.until(
                    SupervisorFixture.LIMIT,
                    () -> strays(jvm).size() == 4,
                    () -> jvm.output().toString());
            pids.addAll(strays(jvm));
            // Processes whose parent has ended belong to the supervisor now, and one whole round of
            // periodic checks
            // sees them.
            Await.until(
                    SupervisorFixture.LIMIT,
                    () -> adopted(jvm) == 2,
                    () -> jvm.output().toString());
            afterThePatrol(runtime);
            pids.add(afterThePatrol(runtime));
            // Not before the new guard has been given the processes to kill.
            Await.until(
                    SupervisorFixture.LIMIT,
                    () -> jvm.output().stream().filter(l -> l.contains(AGAIN)).count() == 2,
                    () -> jvm.output().toString());
            jvm.kill();
            jvm.awaitExit(SupervisorFixture.LIMIT);
            Await.until(
                    SupervisorFixture.LIMIT.multipliedBy(3),
                    () -> pids.stream().noneMatch(SupervisorFixture::alive),
                    () ->
                            pids.stream()
                                            .filter(SupervisorFixture::alive)
                                            .map(ProcessList::command)
                                            .toList()
                                    + "");
            assertThat(runtime).doesNotExist();
            try (ServerSocket free = new ServerSocket(port)) {
                assertThat(free.isBound()).isTrue();
            }
            assertThat(TreeTest.groups(runtime.getFileName().toString())).isEmpty();
        } finally {
            SupervisorFixture.delete(runtime);
            SupervisorFixture.delete(classes);
        }
    }

    /// How many of the strays were reparented to the supervisor.
    private static long adopted(ChildProcess jvm) {
        return strays(jvm).stream()
                .flatMap(pid -> ProcessList.of(pid).stream())
                .filter(entry -> entry.parent() == jvm.pid())
                .count();
    }

    private static List<Integer> strays(ChildProcess jvm) {
        return jvm.output().stream()
                .filter(line -> line.contains(" PID "))
                .map(line -> number(line, " PID "))
                .toList();
    }

    /// Once a second the supervisor looks for orphans, just before it checks its guard: a new guard
    /// shows that it has found them.
    private static int afterThePatrol(Path runtime) {
        int first = Await.value(SupervisorFixture.LIMIT, () -> guard(runtime), () -> "no guard");
        assertThat(Processes.kill(first, Signal.KILL.number())).isZero();
        return Await.value(
                SupervisorFixture.LIMIT,
                () -> guard(runtime).filter(pid -> pid != first),
                () -> "no new guard");
    }

    private static Optional<Integer> guard(Path runtime) {
        return ProcessList.read().stream()
                .map(ProcessEntry::pid)
                .filter(pid -> ProcessList.command(pid).startsWith("sh /dev/fd/3 " + runtime))
                .findFirst();
    }

    @Test
    void aKilledGuardIsReplacedByOneThatKnowsAllWorkers() throws Exception {
        int port = FreePort.tcp();
        try (SupervisorFixture fixture =
                SupervisorFixture.start(
                        new SupervisorFixture.Setup().command(Programs.server(port, "")))) {
            fixture.awaitReady();
            afterThePatrol(fixture.runtime);
            fixture.said("the guard process had ended; Berth started it again");
            fixture.awaitReady();
            assertThat(fixture.sink.said()).noneMatch(line -> line.contains("periodic check"));
        }
    }

    @Test
    void aGuardThatDoesNotReadIsReplacedAndStopsNoWorker() throws Exception {
        Path runtime = SupervisorFixture.directory();
        try (CrashGuard guard = CrashGuard.start(Optional.empty(), List.of())) {
            int first = guard.pid();
            assertThat(Processes.kill(first, Signal.STOP.number())).isZero();
            for (int i = 0; i < 10_000; i++) {
                guard.add(1_000_000 + i, i);
                guard.remove(1_000_000 + i);
            }
            SupervisorFixture.awaitGone(first, SupervisorFixture.LIMIT);
            guard.renew();
            assertThat(guard.pid()).isNotEqualTo(first);
        } finally {
            SupervisorFixture.delete(runtime);
        }
        assertThat(Files.exists(runtime)).isFalse();
    }

    /// This is more than a pipe holds, and a guard that has just started does not read yet.
    @Test
    void aNewGuardTakesOverThousandsOfProcesses() throws Exception {
        try (CrashGuard guard = CrashGuard.start(Optional.empty(), List.of())) {
            int first = guard.pid();
            Processes.kill(first, Signal.STOP.number());
            for (int i = 0; i < 10_000; i++) {
                guard.add(1_000_000 + i, i);
            }
            SupervisorFixture.awaitGone(first, SupervisorFixture.LIMIT);
            guard.renew();
            int second = guard.pid();
            assertThat(second).isNotEqualTo(first);
            assertThat(guard.renew()).as("it ended").isFalse();
            assertThat(guard.pid()).isEqualTo(second);
        }
    }

    /// The pid of a guard that is gone may belong to any process by now, which an order that
    /// nothing reads must not end.
    @Test
    void aGuardThatCannotBeReplacedNoLongerHasAPid() throws Exception {
        int file = Descriptors.open("/dev/null", Descriptors.O_RDWR, 0);
        Fd lock = Fd.of("open", "/dev/null", file);
        try (lock;
                CrashGuard guard = CrashGuard.start(Optional.of(lock), List.of())) {
            int first = guard.pid();
            lock.close();
            Processes.kill(first, Signal.KILL.number());
            SupervisorFixture.awaitGone(first, SupervisorFixture.LIMIT);

            assertThatThrownBy(guard::renew).isInstanceOf(Exception.class);
            assertThat(guard.pid()).isZero();
            guard.add(1_000_000, 1);
            assertThat(guard.resume()).isFalse();
        }
    }

    @Test
    void closingItKillsNothingAndClosingTwiceIsHarmless() throws IOException {
        Path runtime = SupervisorFixture.directory();
        CrashGuard guard = CrashGuard.start(Optional.empty(), List.of());
        guard.close();
        guard.close();
        assertThat(runtime).exists();
        SupervisorFixture.delete(runtime);
    }
}
