package dev.berth.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.supervise.process.Guard;
import dev.berth.testkit.Await;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.RequiresProgram;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// The guard's script by itself, in every shell that there is.
@ExtendWith(LeakCheck.class)
@RequiresProgram({"sh", "setsid"})
class GuardScriptTest {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final List<Process> started = new ArrayList<>();
    private Path directory;
    private Path script;

    static Stream<List<String>> shells() {
        return Stream.of(
                        List.of("/bin/sh"),
                        List.of("/bin/bash"),
                        List.of("/bin/dash"),
                        List.of("/bin/busybox", "sh"))
                .filter(shell -> Files.isExecutable(Path.of(shell.getFirst())));
    }

    @BeforeEach
    void unpack() throws IOException {
        directory = Rig.directory();
        script = directory.resolve("guard.sh");
        try (InputStream in = Guard.class.getResourceAsStream("guard.sh")) {
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
        Rig.delete(directory);
    }

    private Process start(String... words) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(words);
        builder.redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("LANG", "C");
        Process process = builder.start();
        started.add(process);
        return process;
    }

    /// A process that leads a session, and the numbers that it prints.
    private record Family(int root, List<Integer> others) {
        String add() {
            return "add " + root + " " + Rig.start(root) + "\n";
        }

        boolean allAlive() {
            return Rig.alive(root) && others.stream().allMatch(Rig::alive);
        }

        boolean allGone() {
            return !Rig.alive(root) && others.stream().noneMatch(Rig::alive);
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

    /// Runs the guard over `orders`, to its end.
    private void guard(List<String> shell, String orders, Path runtime) throws Exception {
        List<String> words = new ArrayList<>(shell);
        words.addAll(List.of(script.toString(), runtime.toString(), ""));
        Process guard = start(words.toArray(String[]::new));
        guard.getOutputStream().write(orders.getBytes(StandardCharsets.UTF_8));
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
    void endsAllThatStemsFromARootAndRemovesTheDirectory(List<String> shell) throws Exception {
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

    @ParameterizedTest
    @MethodSource("shells")
    void endsNothingWhenItIsLetGo(List<String> shell) throws Exception {
        Family family = sleeper();
        Path runtime = runtime();
        guard(shell, family.add() + "bye\n", runtime);
        assertThat(family.allAlive()).isTrue();
        assertThat(runtime).exists();
    }

    @ParameterizedTest
    @MethodSource("shells")
    void aProcessWithAnotherStartTimeAndItsSessionAreSpared(List<String> shell) throws Exception {
        Family family = family("sleep 100 & echo $!; setsid sleep 101 & echo $!; wait", 2);
        guard(shell, "add " + family.root() + " 12345\n", runtime());
        assertThat(family.allAlive()).isTrue();
    }

    @ParameterizedTest
    @MethodSource("shells")
    void theSessionOfARootThatHasEndedIsEnded(List<String> shell) throws Exception {
        Process leader = start("setsid", "sh", "-c", "sleep 100 & echo $!; read x; exit 0");
        int left = Integer.parseInt(leader.inputReader().readLine());
        String orders = new Family((int) leader.pid(), List.of()).add();
        leader.getOutputStream().close();
        leader.waitFor();
        assertThat(Rig.alive(left)).isTrue();
        guard(shell, orders, runtime());
        assertThat(Rig.alive(left)).isFalse();
    }

    @ParameterizedTest
    @MethodSource("shells")
    void ofFiftyRootsThoseAreSparedThatWereTakenBack(List<String> shell) throws Exception {
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
            assertThat(Rig.alive(family.root())).isEqualTo(spared.contains(family));
        }
    }

    @ParameterizedTest
    @MethodSource("shells")
    void namesThatLookLikeStatisticsDeceiveNobody(List<String> shell) throws Exception {
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

    private Path sleepNamed(String name) throws IOException {
        return Files.createSymbolicLink(directory.resolve(name), Path.of("/bin/sleep"));
    }
}
