package dev.berth.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.Map;
import java.util.OptionalInt;

class TerminalTest {
    private static final String HOSTILE = "\u001b]0;PWNED\u0007\u001b[2Jall is \u202ewell";

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Terminal terminal =
            new Terminal(
                    new PrintStream(out, true, UTF_8),
                    new PrintStream(err, true, UTF_8),
                    OptionalInt::empty,
                    Map.of());

    @Test
    void terminalSequencesAreNotPrintedWhoeverWroteThem() {
        terminal.line(HOSTILE);
        terminal.errLine(HOSTILE);
        assertThat(out.toString(UTF_8)).isEqualTo("?]0;PWNED??[2Jall is ?well\n");
        assertThat(err.toString(UTF_8)).isEqualTo("?]0;PWNED??[2Jall is ?well\n");
    }

    @Test
    void coloursAndLineEndsStay() {
        terminal.line("\u001b[31mbackoff\u001b[0m\nnext");
        assertThat(out.toString(UTF_8)).isEqualTo("\u001b[31mbackoff\u001b[0m\nnext\n");
    }
}
