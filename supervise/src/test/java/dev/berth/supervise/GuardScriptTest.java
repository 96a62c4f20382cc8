package dev.berth.supervise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.berth.net.ProcessEntry;
import dev.berth.net.ProcessList;
import dev.berth.supervise.process.CrashGuard;
import dev.berth.sys.Processes;
import dev.berth.sys.Signal;
import dev.berth.testkit.Await;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.PidsGroup;
import dev.berth.testkit.RequiresProgram;
import dev.berth.testkit.RequiresRoot;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// The guard's script by itself, in every available shell.
@ExtendWith(LeakCheck.class)
@RequiresProgram({"sh", "setsid"})
class GuardScriptTest {
    private static final Duration LIMIT = Duration.ofMinutes(3);

    private final List<Process> started = new ArrayList<>();
    private Path directory;
    private Path script;

    /// Each shell with the machine's own awk, and one shell with each awk.
    static Stream<Tools> shells() {
        List<Tools> tools = new ArrayList<>();
        for (List<String> shell :
                List.of(
                        List.of("/bin/sh"),
                        List.of("/bin/bash"),
                        List.of("/bin/dash"),
                        List.of("/bin/busybox", "sh"))) {
            tools.add(new Tools(shell, "/usr/bin/awk"));
        }
        for (String awk : List.of("mawk", "gawk", "original-awk")) {
            tools.add(new Tools(List.of("/bin/sh"), "/usr/bin/" + awk));
        }
        tools.add(new Tools(List.of("/bin/sh"), "/bin/busybox"));
        return tools.stream().filter(Tools::present);
    }

    /// The shell and awk that the script runs with.
    record Tools(List<String> shell, String awk) {
        boolean present() {
            return Files.isExecutable(Path.of(shell.getFirst()))
                    && Files.isExecutable(Path.of(awk));
        }

        /// The command line that runs `script`; its awk comes first on the path.
        List<String> command(Path folder, Path script) throws IOException {
            Path tools = Files.createTempDirectory(folder, "tools");
            Files.createSymbolicLink(tools.resolve("awk"), Path.of(awk));
            List<String> words =
                    new ArrayList<>(List.of("env", "PATH=" + tools + ":/usr/bin:/bin"));
            words.addAll(shell);
            words.add(script.toString());
            return words;
        }
    }

    @BeforeEach
    void unpack() throws IOException {
        directory = SupervisorFixture.directory();
        script = directory.resolve("guard.sh");
        try (InputStream in = CrashGuard.class.getResourceAsStream("guard.sh")) {
            Files.write(script, Objects.requireNonNull(in).readAllBytes());
        }
    }

    @AfterEach
    void clear() throws Exception {
        for (Process process : started) {
            List<ProcessHandle> below = process.descendants().toList();
            process.destroyForcibly().waitFor();
            below.forEach(ProcessHandle::destroyForcibly);
        }
        SupervisorFixture.delete(directory);
    }

    private Process start(String... words) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(words);
        builder.redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("LANG", "C");
        Process process = builder.start();
        started.add(process);
        return process;
    }

    /// A process that leads a session, and the pids that it prints.
    private record Family(int root, List<Integer> others) {
        String add() {
            return "add " + root + " " + SupervisorFixture.start(root) + "\n";
        }

        boolean allAlive() {
            return SupervisorFixture.alive(root)
                    && others.stream().allMatch(SupervisorFixture::alive);
        }

        boolean allGone() {
            return !SupervisorFixture.alive(root)
                    && others.stream().noneMatch(SupervisorFixture::alive);
        }
    }

    private Family family(String shell, int others) throws IOException {
        Process process = start("setsid", "sh", "-c", shell);
        List<Integer> pids = new ArrayList<>();
        BufferedReader lines = process.inputReader();
        for (int i = 0; i < others; i++) {
            pids.add(Integer.parseInt(lines.readLine()));
        }
        return new Family((int) process.pid(), pids);
    }

    private Family sleeper() throws IOException {
        return new Family((int) start("setsid", "sleep", "100").pid(), List.of());
    }

    /// Feeds `orders` to the guard and waits for its end.
    private void guard(Tools shell, String orders, Path runtime) throws Exception {
        guard(shell.command(directory, script), orders, runtime);
    }

    private void guard(List<String> words, String orders, Path runtime) throws Exception {
        Process guard = start(words.toArray(String[]::new));
        String all = "directory " + runtime + "\n" + orders;
        guard.getOutputStream().write(all.getBytes(StandardCharsets.UTF_8));
        guard.getOutputStream().close();
        assertThat(guard.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(guard.exitValue()).isZero();
    }

    private Path runtime() throws IOException {
        Path runtime = Files.createDirectories(directory.resolve("run time * ?"));
        Files.createFile(runtime.resolve("control"));
        return runtime;
    }

    @ParameterizedTest
    @MethodSource("shells")
    void killsAllDescendantsOfARootAndRemovesTheDirectory(Tools shell) throws Exception {
        Family family =
                family(
                        "trap '' TERM; sleep 100 & echo $!; setsid sh -c 'trap \"\" TERM;"
                                + " sleep 101 & echo $!; wait' & echo $!; wait",
                        3);
        Path runtime = runtime();
        Path sibling = Files.createDirectory(directory.resolve("run"));
        guard(shell, family.add(), runtime);
        assertThat(family.allGone()).isTrue();
        assertThat(runtime).doesNotExist();
        assertThat(sibling).exists();
    }

    /// With a limit of 3 it can start something, but not all that a look at /proc needs.
    @ParameterizedTest
    @MethodSource("shells")
    @RequiresRoot
    void killsAllAndRemovesTheDirectoryWhereItCanStartTooLittle(Tools shell) throws Exception {
        Optional<PidsGroup> made = PidsGroup.create(directory.getFileName().toString());
        assumeTrue(made.isPresent(), "no control group of the pids controller can be made");
        try (PidsGroup group = made.orElseThrow()) {
            for (int most : List.of(1, 3)) {
                group.limit(most);
                Family family =
                        family(
                                "trap '' TERM; setsid sh -c 'trap \"\" TERM; echo $$;"
                                        + " while :; do sleep 1; done' & wait",
                                1);
                List<String> words = new ArrayList<>(group.prefix());
                words.addAll(shell.command(directory, script));
                Path runtime = runtime();
                guard(words, family.add(), runtime);
                assertThat(family.allGone()).isTrue();
                assertThat(runtime).doesNotExist();
            }
        }
    }

    /// A worker is moved to its cgroup when it is already running: a process that it started
    /// earlier is outside the cgroup and known only by its parent, which ends at the first signal.
    @Test
    void killsProcessesOutsideTheCgroupThoughTheirParentEndsAtOnce() throws Exception {
        Family family =
                family(
                        "setsid sh -c 'trap \"\" TERM; echo $$; while :; do sleep 1; done' & wait",
                        1);
        Path cgroup = Files.createDirectory(directory.resolve("cgroup"));
        Files.writeString(cgroup.resolve("cgroup.procs"), family.root() + "\n");
        Tools shell = new Tools(List.of("/bin/sh"), "/usr/bin/awk");
        guard(shell, "cgroup " + cgroup + "\n" + family.add(), runtime());
        assertThat(family.allGone()).isTrue();
    }

    @ParameterizedTest
    @MethodSource("shells")
    void killsNothingWhenItIsReleased(Tools shell) throws Exception {
        Family family = sleeper();
        Path runtime = runtime();
        guard(shell, family.add() + "bye\n", runtime);
        assertThat(family.allAlive()).isTrue();
        assertThat(runtime).exists();
    }

    @ParameterizedTest
    @MethodSource("shells")
    void aProcessWithAnotherStartTimeAndItsSessionAreSpared(Tools shell) throws Exception {
        Family family = family("sleep 100 & echo $!; setsid sleep 101 & echo $!; wait", 2);
        guard(shell, "add " + family.root() + " 12345\n", runtime());
        assertThat(family.allAlive()).isTrue();
    }

    @ParameterizedTest
    @MethodSource("shells")
    void theSessionOfARootThatHasEndedIsKilled(Tools shell) throws Exception {
        Process leader = start("setsid", "sh", "-c", "sleep 100 & echo $!; read x; exit 0");
        int left = Integer.parseInt(leader.inputReader().readLine());
        String orders = new Family((int) leader.pid(), List.of()).add();
        leader.getOutputStream().close();
        leader.waitFor();
        assertThat(SupervisorFixture.alive(left)).isTrue();
        guard(shell, orders, runtime());
        assertThat(SupervisorFixture.alive(left)).isFalse();
    }

    @ParameterizedTest
    @MethodSource("shells")
    void rootsThatWereWithdrawnAreSpared(Tools shell) throws Exception {
        List<Family> families = new ArrayList<>();
        StringBuilder orders = new StringBuilder("del 1\n");
        for (int i = 0; i < 50; i++) {
            Family family = sleeper();
            families.add(family);
            orders.append(family.add());
        }
        List<Family> spared =
                List.of(families.get(0), families.get(1), families.get(30), families.get(49));
        spared.forEach(family -> orders.append("del ").append(family.root()).append('\n'));
        orders.append("del 999999\n");
        guard(shell, orders.toString(), runtime());
        for (Family family : families) {
            assertThat(SupervisorFixture.alive(family.root())).isEqualTo(spared.contains(family));
        }
    }

    @ParameterizedTest
    @MethodSource("shells")
    void processNamesThatLookLikeStatFieldsDoNotMisleadIt(Tools shell) throws Exception {
        Family root = family("sleep 100 & echo $!; wait", 1);
        Path sleep = sleepNamed("x) S 1 1 (");
        Path lines = sleepNamed("a) \nb");
        Path stars = sleepNamed("* ? [a-z]");
        Path claims = sleepNamed("y) S " + root.root() + " (");
        Family odd =
                family(
                        "for f in '"
                                + sleep
                                + "' '"
                                + lines
                                + "' '"
                                + stars
                                + "';"
                                + " do setsid \"$f\" 100 & echo $!; done; wait",
                        3);
        Family foreign =
                new Family((int) start("setsid", claims.toString(), "100").pid(), List.of());
        Await.until(LIMIT, odd::allAlive, odd::toString);
        guard(shell, root.add() + odd.add(), runtime());
        assertThat(odd.allGone()).isTrue();
        assertThat(root.allGone()).isTrue();
        assertThat(foreign.allAlive()).isTrue();
    }

    /// Runs the guard over a family, with a lock that it inherits.
    private void guard(Tools shell, Path inherited, Path named, Path runtime) throws Exception {
        List<String> words =
                new ArrayList<>(
                        List.of("sh", "-c", "lock=$1; shift; exec \"$@\" 4<>\"$lock\"", "sh"));
        words.add(inherited.toString());
        words.addAll(shell.command(directory, script));
        Family family = sleeper();
        guard(words, "lock " + named + "\n" + family.add(), runtime);
        assertThat(family.allGone()).isTrue();
    }

    @ParameterizedTest
    @MethodSource("shells")
    void itsOwnLockIsRemovedWithTheDirectory(Tools shell) throws Exception {
        Path lock = Files.createFile(directory.resolve(".run time * ?.lock"));
        Path runtime = runtime();
        guard(shell, lock, lock, runtime);
        assertThat(lock).doesNotExist();
        assertThat(runtime).doesNotExist();
    }

    @ParameterizedTest
    @MethodSource("shells")
    void aDirectoryUnderAnotherLockIsSpared(Tools shell) throws Exception {
        Path old = Files.createFile(directory.resolve("old"));
        Path lock = Files.createFile(directory.resolve(".web.lock"));
        Path runtime = runtime();
        guard(shell, old, lock, runtime);
        assertThat(lock).exists();
        assertThat(runtime.resolve("control")).exists();
    }

    @ParameterizedTest
    @MethodSource("shells")
    void itsPidIsInTheLock(Tools shell) throws Exception {
        Path lock = Files.createFile(directory.resolve("lock"));
        guard(shell, lock, directory.resolve("none"), runtime());
        assertThat(lock).content().matches("[0-9]+\n");
    }

    /// A process whose first thread has ended looks like a zombie.
    @Test
    @RequiresProgram("python3")
    void aProcessWithOnlyOtherThreadsLeftIsKilled() throws Exception {
        String program =
                "import ctypes, threading, time, sys\n"
                        + "threading.Thread(target=lambda: time.sleep(100)).start()\n"
                        + "print(1, flush=True)\n"
                        + "ctypes.CDLL(None).pthread_exit(None)\n";
        Process process = start("setsid", "python3", "-c", program);
        process.inputReader().readLine();
        int pid = (int) process.pid();
        Await.until(LIMIT, () -> !SupervisorFixture.alive(pid), () -> "not like a zombie");
        Family family = new Family(pid, List.of());
        guard(shells().findFirst().orElseThrow(), family.add(), runtime());
        assertThat(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }

    /// Each process leads a session of its own, starts the next one and lives on: once its parent
    /// has ended, it can be attributed to nothing.
    private static final String CHAIN =
            """
            import os, signal, time
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            print(1, flush=True)
            os.close(1)
            for one in range(40):
                if os.fork(): time.sleep(1000)
                os.setsid()
                time.sleep(0.05)
            time.sleep(1000)
            """;

    /// A slow awk, as on a machine where many processes compete for the CPU.
    private Path slowly(Path awk) throws IOException {
        Path slow = directory.resolve("slow");
        Files.writeString(slow, "#!/bin/sh\nsleep 0.3\nexec " + awk + " \"$@\"\n");
        Files.setPosixFilePermissions(slow, PosixFilePermissions.fromString("rwxr-xr-x"));
        return slow;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @RequiresProgram("python3")
    void noProcessStartedDuringTheKillsEscapes(boolean slow) throws Exception {
        String mark = "chain" + directory.getFileName();
        Process first = start("setsid", "python3", "-c", CHAIN, mark);
        first.inputReader().readLine();
        Path awk = Path.of("/usr/bin/awk");
        Tools tools = new Tools(List.of("/bin/sh"), (slow ? slowly(awk) : awk).toString());
        try {
            guard(tools, new Family((int) first.pid(), List.of()).add(), runtime());
            assertThat(marked(mark)).isEmpty();
        } finally {
            while (!marked(mark).isEmpty()) {
                marked(mark).forEach(pid -> Processes.kill(pid, Signal.STOP.number()));
                marked(mark).forEach(pid -> Processes.kill(pid, Signal.KILL.number()));
            }
        }
    }

    private static List<Integer> marked(String mark) {
        return ProcessList.read().stream()
                .map(ProcessEntry::pid)
                .filter(pid -> ProcessList.command(pid).endsWith(" " + mark))
                .filter(SupervisorFixture::alive)
                .toList();
    }

    /// A guard that waited for processes it is not permitted to kill would hold the name forever.
    @Test
    @RequiresRoot
    @RequiresProgram("setpriv")
    void aProcessThatCannotBeSignalledDoesNotDelayTheGuard() throws Exception {
        List<String> words =
                new ArrayList<>(
                        List.of("setpriv", "--reuid=61234", "--regid=61234", "--clear-groups"));
        Family others = sleeper();
        Path readable = Files.createTempFile("guard", ".sh");
        try {
            Files.write(readable, Files.readAllBytes(script));
            Files.setPosixFilePermissions(readable, PosixFilePermissions.fromString("r--r--r--"));
            words.addAll(List.of("/bin/sh", readable.toString()));
            guard(words, others.add(), directory.resolve("none"));
            assertThat(others.allAlive()).isTrue();
        } finally {
            Files.delete(readable);
        }
    }

    /// A guard that made one system call per byte of /proc would exceed [#LIMIT].
    @Test
    @RequiresProgram("mkfifo")
    void twoThousandOtherProcessesDoNotDelayIt() throws Exception {
        String crowd =
                "mkfifo \"$1\"; i=0;"
                        + " while [ $i -lt 2000 ]; do read x <&3 & i=$((i + 1)); done 3<>\"$1\";"
                        + " echo 1; read x";
        Path fifo = directory.resolve("fifo");
        Process process = start("setsid", "sh", "-c", crowd, "sh", fifo.toString());
        assertThat(process.inputReader().readLine()).isEqualTo("1");
        try {
            Family family = family("trap '' TERM; setsid sleep 100 & echo $!; wait", 1);
            guard(shells().findFirst().orElseThrow(), family.add(), runtime());
            assertThat(family.allGone()).isTrue();
            assertThat(process.isAlive()).isTrue();
        } finally {
            Processes.kill((int) -process.pid(), Signal.KILL.number());
        }
    }

    private Path sleepNamed(String name) throws IOException {
        return Files.createSymbolicLink(directory.resolve(name), Path.of("/bin/sleep"));
    }
}
