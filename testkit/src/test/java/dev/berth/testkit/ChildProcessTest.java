package dev.berth.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;

@ExtendWith(LeakCheck.class)
final class ChildProcessTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    /// Runs in a JVM of its own.
    static final class Echo {
        public static void main(String[] arguments) {
            System.out.println("echo " + String.join(" ", arguments));
            System.exit(3);
        }
    }

    @Test
    void outputAndExitCodeAreCollected() throws Exception {
        try (ChildProcess child =
                ChildProcess.start("sh", "-c", "echo one; echo two >&2; cat; exit 4")) {
            assertThat(child.awaitExit(LIMIT)).isEqualTo(4);
            assertThat(child.output()).containsExactly("one", "two");
            assertThat(child.isAlive()).isFalse();
        }
    }

    @Test
    void lineIsAwaited() throws Exception {
        try (ChildProcess child = ChildProcess.start("sh", "-c", "echo ready; exec sleep 60")) {
            assertThat(child.awaitLine(line -> line.startsWith("rea"), LIMIT)).isEqualTo("ready");
            assertThatThrownBy(() -> child.awaitLine("never"::equals, Duration.ofMillis(20)))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("[ready]");
            child.terminate();
            assertThat(child.awaitExit(LIMIT)).isEqualTo(128 + 15);
        }
    }

    @Test
    void childThatStillRunsIsReported() throws Exception {
        try (ChildProcess child = ChildProcess.start("sleep", "60")) {
            assertThatThrownBy(() -> child.awaitExit(Duration.ofMillis(20)))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining(child.pid() + " still runs");
            child.kill();
            assertThat(child.awaitExit(LIMIT)).isEqualTo(128 + 9);
        }
    }

    @Test
    void closeKillsTheWholeTree() throws Exception {
        ProcessHandle grandchild;
        try (ChildProcess child = ChildProcess.start("sh", "-c", "sleep 60 & echo $!; wait")) {
            long pid = Long.parseLong(child.awaitLine(line -> true, LIMIT));
            grandchild = ProcessHandle.of(pid).orElseThrow();
        }
        Await.until(LIMIT, () -> !grandchild.isAlive(), () -> grandchild + " survives");
    }

    @Test
    void javaProgramRunsWithTheTestsClasses() throws Exception {
        try (ChildProcess child = ChildProcess.java(Echo.class, "a", "b c")) {
            assertThat(child.awaitLine(line -> line.startsWith("echo"), LIMIT))
                    .isEqualTo("echo a b c");
            assertThat(child.awaitExit(LIMIT)).isEqualTo(3);
        }
    }
}
