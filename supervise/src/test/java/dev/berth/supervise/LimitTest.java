package dev.berth.supervise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.berth.supervise.contract.Command;
import dev.berth.sys.Processes;
import dev.berth.sys.Signal;
import dev.berth.testkit.Await;
import dev.berth.testkit.ChildProcess;
import dev.berth.testkit.FreePort;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.PidsGroup;
import dev.berth.testkit.RequiresProgram;
import dev.berth.testkit.RequiresRoot;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// A supervisor at its limit of threads, processes or descriptors: it serves on, and accepts
/// commands again once the limit is lifted.
@ExtendWith(LeakCheck.class)
@RequiresRoot
@RequiresProgram({"python3", "setpriv", "prlimit"})
class LimitTest {
    /// A uid without an account, so that no other processes count.
    private static final int LONER = 61_234;

    /// Matches when a worker that is not the first of its slot is ready.
    private static final String SECOND = "slot \\d\\.(?!1 ).* is ready.*";

    /// Before the pid in a line that a worker, or its child, prints.
    private static final String PID = "\\d\\.1 PID ";

    /// A worker's child in a session of its own.
    private static final String WITH_STRAY =
            """
            import os, time
            def show(): os.write(1, b"PID %d\\n" % os.getpid())
            show()
            if os.fork() == 0:
                os.setsid()
                show()
                while True: time.sleep(1)
            """;

    private static final String LIMIT = ".*limit on processes and threads.*";

    private static final List<String> AS_LONER =
            List.of("setpriv", "--reuid=" + LONER, "--regid=" + LONER, "--clear-groups");

    /// Sets the soft limit, as the user of the process: root may lack CAP_SYS_RESOURCE.
    ///
    /// @param as the words before the command that switch to that user
    private static void limit(ChildProcess jvm, List<String> as, String what, int most)
            throws Exception {
        List<String> words = new ArrayList<>(as);
        words.addAll(List.of("prlimit", "--pid=" + jvm.pid(), what + "=" + most + ":"));
        try (ChildProcess change = ChildProcess.start(words.toArray(String[]::new))) {
            assertThat(change.awaitExit(SupervisorFixture.LIMIT))
                    .as(change.output().toString())
                    .isZero();
        }
    }

    private static void awaitReady(ChildProcess jvm, String pattern, int count) {
        Await.until(
                SupervisorFixture.LIMIT.multipliedBy(3),
                () -> jvm.output().stream().filter(line -> line.matches(pattern)).count() >= count,
                () -> jvm.output().toString());
    }

    private static void kill(int port) throws IOException {
        Processes.kill(Integer.parseInt(SupervisorFixture.ask(port)), Signal.KILL.number());
    }

    /// The threads of the user, which is what RLIMIT_NPROC counts.
    private static int threads() throws IOException {
        int count = 0;
        try (Stream<Path> all = Files.list(Path.of("/proc"))) {
            for (Path process :
                    all.filter(p -> p.getFileName().toString().matches("\\d+")).toList()) {
                count += threads(process);
            }
        }
        return count;
    }

    private static int threads(Path process) {
        try (Stream<Path> tasks = Files.list(process.resolve("task"))) {
            boolean ours = Files.getAttribute(process, "unix:uid").equals(LONER);
            return ours ? (int) tasks.count() : 0;
        } catch (IOException gone) {
            return 0;
        }
    }

    /// First there is room for the consequences of a crash, then for nothing at all. Each failed
    /// start uses up a generation: which one becomes ready depends on how many failed.
    @ParameterizedTest
    @ValueSource(ints = {0, -40})
    void aCrashAtTheThreadLimitEndsNoOtherWorker(int room) throws Exception {
        int port = FreePort.tcp();
        Path runtime = SupervisorFixture.directory();
        Path classes = runtime.resolveSibling(runtime.getFileName() + "-classes");
        Files.setAttribute(runtime, "unix:uid", LONER);
        try (ChildProcess jvm =
                LoneSupervisor.start(runtime, AS_LONER, false, 3, Programs.server(port, ""))) {
            awaitReady(jvm, "slot \\d\\.1 is ready.*", 3);
            limit(jvm, AS_LONER, "--nproc", Math.max(1, threads() + room));
            kill(port);
            // If there is room, a thread of the JVM may take it first.
            awaitReady(jvm, room < 0 ? LIMIT : SECOND + "|" + LIMIT, 1);
            SupervisorFixture.ask(port);
            limit(jvm, AS_LONER, "--nproc", 4_096);
            awaitReady(jvm, SECOND, 1);
            LoneSupervisor.order(runtime, "roll");
            assertThat(jvm.awaitLine(line -> line.startsWith("roll "), SupervisorFixture.LIMIT))
                    .startsWith("roll true");
            LoneSupervisor.order(runtime, "stop");
            assertThat(jvm.awaitExit(SupervisorFixture.LIMIT)).isZero();
        } finally {
            SupervisorFixture.delete(runtime);
            SupervisorFixture.delete(classes);
        }
    }

    private interface InGroup {
        void run(Path runtime, PidsGroup group) throws Exception;
    }

    @Test
    void aCrashAtThePidsLimitOfACgroupEndsNoOtherWorker() throws Exception {
        inGroup(LimitTest::crash);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void nothingOutlivesASupervisorThatIsKilledAtThePidsLimit(boolean cgroup) throws Exception {
        inGroup((runtime, group) -> killed(runtime, group, cgroup));
    }

    private static void inGroup(InGroup test) throws Exception {
        Path runtime = SupervisorFixture.directory();
        Optional<PidsGroup> made = PidsGroup.create(runtime.getFileName().toString());
        assumeTrue(made.isPresent(), "no control group of the pids controller can be made");
        try (PidsGroup group = made.orElseThrow()) {
            test.run(runtime, group);
        } finally {
            SupervisorFixture.delete(runtime);
            SupervisorFixture.delete(runtime.resolveSibling(runtime.getFileName() + "-classes"));
        }
    }

    private static void crash(Path runtime, PidsGroup group) throws Exception {
        int port = FreePort.tcp();
        Command server = Programs.server(port, "");
        try (ChildProcess jvm = LoneSupervisor.start(runtime, group.prefix(), false, 3, server)) {
            awaitReady(jvm, "slot \\d\\.1 is ready.*", 3);
            group.fill();
            kill(port);
            awaitReady(jvm, LIMIT, 1);
            SupervisorFixture.ask(port);
            group.lift();
            awaitReady(jvm, SECOND, 1);
            LoneSupervisor.order(runtime, "stop");
            assertThat(jvm.awaitExit(SupervisorFixture.LIMIT)).isZero();
        }
    }

    /// The guard cannot start a process, neither before nor after the workers' end.
    private static void killed(Path runtime, PidsGroup group, boolean cgroup) throws Exception {
        Command server = Programs.server(FreePort.tcp(), WITH_STRAY);
        List<Integer> pids = new ArrayList<>();
        try (ChildProcess jvm = LoneSupervisor.start(runtime, group.prefix(), cgroup, 2, server)) {
            awaitReady(jvm, "slot \\d\\.1 is ready.*", 2);
            awaitReady(jvm, PID + "\\d+", 4);
            jvm.output().stream()
                    .filter(line -> line.matches(PID + "\\d+"))
                    .forEach(line -> pids.add(Integer.parseInt(line.replaceFirst(PID, ""))));
            group.fill();
            jvm.kill();
            Await.until(
                    SupervisorFixture.LIMIT,
                    () -> pids.stream().noneMatch(SupervisorFixture::alive),
                    () -> "of " + pids + " some live");
            Await.until(
                    SupervisorFixture.LIMIT,
                    () -> !Files.exists(runtime),
                    () -> runtime + " is still there");
            assertThat(TreeTest.groups(runtime.getFileName().toString())).isEmpty();
        } finally {
            pids.forEach(pid -> Processes.kill(pid, Signal.KILL.number()));
        }
    }

    /// At 40 there are not enough descriptors for everything that a start needs.
    @Test
    void aCrashAtTheDescriptorLimitEndsNoOtherWorker() throws Exception {
        for (int most : List.of(40, 64, 256)) {
            int port = FreePort.tcp();
            Path runtime = SupervisorFixture.directory();
            Path classes = runtime.resolveSibling(runtime.getFileName() + "-classes");
            try (ChildProcess jvm =
                    LoneSupervisor.start(runtime, List.of(), true, 2, Programs.server(port, ""))) {
                awaitReady(jvm, "slot \\d\\.1 is ready.*", 2);
                limit(jvm, List.of(), "--nofile", most);
                kill(port);
                SupervisorFixture.ask(port);
                limit(jvm, List.of(), "--nofile", 1_024);
                awaitReady(jvm, SECOND, 1);
                LoneSupervisor.order(runtime, "stop");
                assertThat(jvm.awaitExit(SupervisorFixture.LIMIT)).isZero();
            } finally {
                SupervisorFixture.delete(runtime);
                SupervisorFixture.delete(classes);
            }
        }
    }
}
