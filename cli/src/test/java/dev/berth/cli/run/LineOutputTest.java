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
class LineOutputTest {
    @TempDir Path directory;

    private final List<String> complaints = new ArrayList<>();

    /// A disk with so much room left.
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
    private final LineOutput output = new LineOutput("the log", disk, complaints::add);

    @Test
    void itsFailureAndItsEndAreToldOnceAndLinesLostAreCounted() {
        disk.room = 6;
        output.write("one\ntwo\nthree\n", "");
        output.write("four\n", "");
        assertThat(complaints)
                .containsExactly("the log cannot be written: disk full; lines are lost");
        assertThat(output.trouble())
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
                .isEqualTo("the log is written again; lines lost meanwhile: 3");
        assertThat(complaints).hasSize(2);
        assertThat(output.trouble()).contains("the log: lines lost so far: 3");
    }

    @Test
    void whatIsLostWhenItIsClosedIsTold() {
        output.write("one\ntwo\n", "");
        output.close();
        assertThat(complaints).last().isEqualTo("the log: lines lost at its end: 2");
    }

    @Test
    void aFileThatCannotBeOpenedAnewIsTold() {
        output.reopen();
        assertThat(complaints)
                .containsExactly(
                        "the log is not opened anew: no such directory; the old one is kept");
        assertThat(output.trouble()).isEmpty();
    }

    @Test
    void withoutTroubleNothingIsTold() {
        disk.room = 1_000;
        output.write("", "");
        output.write("one\n", "");
        output.close();
        assertThat(complaints).isEmpty();
        assertThat(output.trouble()).isEmpty();
    }

    @Test
    void aLogWhoseDirectoryIsGoneWorksAgainWhenThatIsBack() throws IOException {
        Path folder = Files.createDirectory(directory.resolve("logs"));
        Path file = folder.resolve("berth.log");
        try (var log = new LineOutput("the log", new FileTarget(file), complaints::add)) {
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
        assertThat(complaints.get(1)).contains("not opened anew");
        assertThat(complaints.get(2)).contains("written again");
    }

    @Test
    void aRenamedLogIsWrittenOnUntilItIsOpenedAnew() throws IOException {
        Path file = directory.resolve("berth.log");
        Path old = directory.resolve("berth.log.1");
        try (var log = new LineOutput("the log", new FileTarget(file), complaints::add)) {
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
