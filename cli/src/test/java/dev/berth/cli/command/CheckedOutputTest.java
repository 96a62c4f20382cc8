package dev.berth.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.berth.cli.Main;
import dev.berth.sys.Descriptors;
import dev.berth.sys.Fd;
import dev.berth.testkit.LeakCheck;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.ByteArrayOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

@ExtendWith(LeakCheck.class)
class CheckedOutputTest {
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(PrintStream out, String... words) {
        var terminal =
                new Terminal(
                        out,
                        new PrintStream(err, true, UTF_8),
                        OptionalInt::empty,
                        Map.of("PATH", "/usr/bin:/bin"));
        return Main.run(terminal, List.of(words));
    }

    @Test
    void aFullDiskIsAFailure() throws IOException {
        try (Fd full = Fd.of("open", "", Descriptors.open("/dev/full", Descriptors.O_WRONLY, 0));
                var out = new CheckedOutput(new FileOutputStream("/dev/full"), full.number())) {
            assertThat(run(out, "--version")).isEqualTo(1);
        }
        assertThat(err.toString(UTF_8))
                .startsWith("berth: cannot write the output: ")
                .containsOnlyOnce("\n");
    }

    @Test
    void aReaderThatLeavesEndsTheCommandQuietlyAsBySigpipe() throws IOException {
        int[] ends = new int[2];
        assertThat(Descriptors.pipe2(ends, Descriptors.O_CLOEXEC)).isZero();
        try (Fd writer = new Fd(ends[1]);
                var stream = new FileOutputStream("/proc/self/fd/" + writer.number());
                var out = new CheckedOutput(stream, writer.number())) {
            new Fd(ends[0]).close();
            assertThat(run(out, "--help")).isEqualTo(141);
        }
        assertThat(err.toString(UTF_8)).isEmpty();
    }

    @Test
    void aFailedCommandKeepsItsExitCode() throws IOException {
        try (Fd full = Fd.of("open", "", Descriptors.open("/dev/full", Descriptors.O_WRONLY, 0));
                var out = new CheckedOutput(new FileOutputStream("/dev/full"), full.number())) {
            out.print("something");
            assertThat(run(out, "fly")).isEqualTo(2);
        }
    }
}
