package dev.berth.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.testkit.Await;
import dev.berth.testkit.ChildProcess;
import dev.berth.testkit.LeakCheck;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// The name of a supervisor that is killed.
@ExtendWith(LeakCheck.class)
class RegistrationTest {
    @TempDir Path runtime;

    /// Starts, and kills itself at the given point.
    static final class Killed {
        private Killed() {}

        public static void main(String[] arguments) throws IOException {
            Path runtime = Path.of(arguments[0]);
            Registration registration = Registration.begin(runtime);
            at("begun", arguments[1]);
            registration.claim("web", System.out::println);
            at("taken", arguments[1]);
            Files.createDirectory(runtime.resolve("web"));
            Files.createFile(runtime.resolve("web/control"));
            at("published", arguments[1]);
        }

        private static void at(String point, String wanted) {
            if (point.equals(wanted)) {
                Runtime.getRuntime().halt(0);
            }
        }
    }

    private List<Path> left() throws IOException {
        try (Stream<Path> all = Files.list(runtime)) {
            return all.toList();
        }
    }

    private boolean empty() {
        try {
            return left().isEmpty();
        } catch (IOException failed) {
            return false;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"begun", "taken", "published"})
    void aKillLeavesNothingAtAnyPoint(String point) throws Exception {
        try (ChildProcess killed = ChildProcess.java(Killed.class, runtime.toString(), point)) {
            assertThat(killed.awaitExit(SupervisorFixture.LIMIT))
                    .as("%s", killed.output())
                    .isZero();
            Await.until(SupervisorFixture.LIMIT, this::empty, () -> "files are left in " + runtime);
        }
    }

    @Test
    void aNormalEndReleasesTheName() throws IOException {
        for (int i = 0; i < 2; i++) {
            try (Registration registration = Registration.begin(runtime)) {
                registration.claim("web", _ -> {});
                assertThat(left()).containsExactly(runtime.resolve(".web.lock"));
            }
        }
        assertThat(left()).isEmpty();
    }
}
