package dev.berth.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.berth.testkit.LeakCheck;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

@ExtendWith(LeakCheck.class)
class RetryingTargetTest {
    @TempDir Path directory;

    private final List<String> complaints = new ArrayList<>();

    /// A disk with a given amount of free space.
    private static final class Disk implements LineTarget {
        private final StringBuilder written = new StringBuilder();
        private int room;

        @Override
        public int write(byte[] bytes, int offset) throws IOException {
            if (room == 0) {
                throw new IOException("disk full");
            }
            int count = Math.min(room, bytes.length - offset);
            written.append(new String(bytes, offset, count, UTF_8));
            room -= count;
            return count;
        }

        @Override
        public void reopen() throws IOException {
            throw new IOException("no such directory");
        }

        @Override
        public void close() {}
    }

    private final Disk disk = new Disk();
    private final RetryingTarget output = new RetryingTarget("the log", disk, complaints::add);

    @Test
    void aFailureAndItsEndAreReportedOnceAndLostLinesAreCounted() {
        disk.room = 6;
        output.write("one\ntwo\nthree\n", "");
        output.write("four\n", "");
        assertThat(complaints)
                .containsExactly("the log cannot be written: disk full; lines are lost");
        assertThat(output.problem())
                .contains("the log cannot be written: disk full; lines lost so far: 3");

        disk.room = 1_000;
        output.write("five\n", "now ");
        output.write("six\n", "now ");
        assertThat(disk.written)
                .hasToString(
                        "one\ntw\nnow berth: lines missing here: 3 (they could not be written)\n"
                                + "five\nsix\n");
        assertThat(complaints)
                .last()
                .isEqualTo("the log can be written again; lines lost meanwhile: 3");
        assertThat(complaints).hasSize(2);
        assertThat(output.problem()).contains("the log: lines lost so far: 3");
    }

    @Test
    void linesLostOnCloseAreReported() {
        output.write("one\ntwo\n", "");
        output.close();
        assertThat(complaints).last().isEqualTo("the log: lines lost at the end: 2");
    }

    @Test
    void aFileThatCannotBeReopenedIsReported() {
        output.reopen();
        assertThat(complaints)
                .containsExactly(
                        "the log cannot be reopened: no such directory; the old file stays in use");
        assertThat(output.problem()).isEmpty();
    }

    @Test
    void withoutProblemsNothingIsReported() {
        disk.room = 1_000;
        output.write("", "");
        output.write("one\n", "");
        output.close();
        assertThat(complaints).isEmpty();
        assertThat(output.problem()).isEmpty();
    }

    @Test
    void aLogWhoseDirectoryWasDeletedWorksAgainOnceItIsBack() throws IOException {
        Path folder = Files.createDirectory(directory.resolve("logs"));
        Path file = folder.resolve("berth.log");
        try (var log = new RetryingTarget("the log", new FileTarget(file), complaints::add)) {
            log.write("one\n", "");
            Files.delete(file);
            Files.delete(folder);
            log.write("two\n", "");
            log.reopen();
            Files.createDirectory(folder);
            log.write("three\n", "");
        }
        assertThat(file)
                .hasContent("berth: lines missing here: 1 (they could not be written)\nthree\n");
        assertThat(complaints).hasSize(3);
        assertThat(complaints.get(0)).contains("cannot be written", "ENOENT");
        assertThat(complaints.get(1)).contains("cannot be reopened");
        assertThat(complaints.get(2)).contains("can be written again");
    }

    @Test
    void aRenamedLogIsWrittenUntilItIsReopened() throws IOException {
        Path file = directory.resolve("berth.log");
        Path old = directory.resolve("berth.log.1");
        try (var log = new RetryingTarget("the log", new FileTarget(file), complaints::add)) {
            log.write("one\n", "");
            Files.move(file, old);
            log.write("two\n", "");
            log.reopen();
            log.write("three\n", "");
        }
        assertThat(old).hasContent("one\ntwo\n");
        assertThat(file).hasContent("three\n");
        assertThat(complaints).isEmpty();
    }
}
