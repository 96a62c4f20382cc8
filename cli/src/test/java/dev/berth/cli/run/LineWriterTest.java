package dev.berth.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.berth.testkit.Await;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

@Timeout(600)
class LineWriterTest {
    /// Accepts nothing until it is released.
    private static final class Gate implements LineTarget {
        private final CountDownLatch open = new CountDownLatch(1);
        private final StringBuffer written = new StringBuffer();

        @Override
        public int write(byte[] bytes, int offset) {
            try {
                open.await();
                written.append(new String(bytes, offset, bytes.length - offset, UTF_8));
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
            return bytes.length - offset;
        }

        @Override
        public void reopen() {}

        @Override
        public void close() {}
    }

    private static LineWriter writer(LineTarget target) {
        return new LineWriter("test", new RetryingTarget("test", target, text -> {}), () -> "");
    }

    @Test
    void aStalledReaderStallsNothingElseAndMissingLinesAreCounted() {
        var gate = new Gate();
        var writer = writer(gate);
        String line = "x".repeat(999);
        int count = 3 * LineWriter.MOST_CHARS / 1000;
        for (int i = 0; i < count; i++) {
            writer.add(line);
        }
        gate.open.countDown();
        writer.close();
        String text = gate.written.toString();
        long arrived = text.lines().filter(line::equals).count();
        long missing =
                text.lines()
                        .filter(other -> other.startsWith("berth: lines missing here: "))
                        .mapToLong(other -> Long.parseLong(other.split(" ")[4]))
                        .sum();
        assertThat(missing).isPositive();
        assertThat(arrived + missing).isEqualTo(count);
    }

    @Test
    void aClosedPipeDoesNotStopIt() {
        var failures = new java.util.concurrent.atomic.AtomicInteger();
        LineTarget broken =
                new LineTarget() {
                    @Override
                    public int write(byte[] bytes, int offset) throws IOException {
                        failures.incrementAndGet();
                        throw new IOException("Broken pipe");
                    }

                    @Override
                    public void reopen() {}

                    @Override
                    public void close() {}
                };
        try (var writer = writer(broken)) {
            writer.add("one");
            Await.until(Duration.ofSeconds(10), () -> failures.get() == 1, () -> "not written");
            writer.add("two");
            Await.until(Duration.ofSeconds(10), () -> failures.get() == 2, () -> "gave up");
        }
    }

    @Test
    void aRotatedLogIsReopened(@TempDir Path directory) throws IOException {
        Path log = directory.resolve("berth.log");
        Path old = directory.resolve("berth.log.1");
        try (var writer = writer(new FileTarget(log))) {
            writer.add("before");
            Await.until(Duration.ofSeconds(10), () -> has(log, "before"), () -> "not written");
            Files.move(log, old);
            writer.reopen();
            writer.add("after");
            Await.until(Duration.ofSeconds(10), () -> has(log, "after"), () -> "not reopened");
        }
        assertThat(old).hasContent("before");
        assertThat(log).hasContent("after");
    }

    private static boolean has(Path file, String text) {
        try {
            return Files.exists(file) && Files.readString(file).contains(text);
        } catch (IOException unreadable) {
            return false;
        }
    }
}
