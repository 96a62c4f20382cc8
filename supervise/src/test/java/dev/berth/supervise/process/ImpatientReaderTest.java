package dev.berth.supervise.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.testkit.Await;
import dev.berth.testkit.LeakCheck;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Files some of which are never read to their end: pipes with nobody at the other end.
@ExtendWith(LeakCheck.class)
@Timeout(60)
final class ImpatientReaderTest {
    private final List<Path> pipes = new ArrayList<>();

    @TempDir Path directory;

    private Path pipe() throws Exception {
        Path pipe = directory.resolve("pipe" + pipes.size());
        pipes.add(pipe);
        new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor();
        return pipe;
    }

    /// Lets everybody who reads a pipe go.
    private void letGo() throws Exception {
        for (Path pipe : pipes) {
            try (OutputStream end = Files.newOutputStream(pipe)) {
                end.write(1);
            }
        }
    }

    @Test
    void whatIsThereIsReadAndWhatIsNotIsNothing() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "text");
        try (ImpatientReader reader = new ImpatientReader()) {
            assertThat(reader.read(file)).contains("text".getBytes(StandardCharsets.UTF_8));
            assertThat(reader.read(directory.resolve("none"))).contains(new byte[0]);
        }
    }

    @Test
    void oneThatTakesForEverKeepsNoOtherFromBeingRead() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "text");
        try (ImpatientReader reader = new ImpatientReader()) {
            Path never = pipe();
            assertThat(reader.read(never)).isEmpty();
            assertThat(reader.read(file)).isPresent();
            for (int i = 1; i < ImpatientReader.MOST_LEFT_BEHIND; i++) {
                assertThat(reader.read(pipe())).isEmpty();
            }
            assertThat(reader.read(file)).as("with all threads left behind").isEmpty();

            letGo();
            Await.until(
                    Duration.ofSeconds(30),
                    () -> reader.read(file).isPresent(),
                    () -> "still nothing");
        }
    }
}
