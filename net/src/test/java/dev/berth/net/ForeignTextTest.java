package dev.berth.net;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ForeignTextTest {
    /// Title, clear, C1 CSI, right-to-left override and isolate, line and paragraph separator, BOM.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "\u001b]0;title\u0007",
                "\u001b[2J",
                "\u009b2J",
                "\u202e",
                "\u2067",
                "\u2028",
                "\u2029",
                "\ufeff",
                "\r",
                "\u007f",
                "\u0085",
                "\ud800"
            })
    void nothingThatControlsATerminalIsLeft(String hostile) {
        String expected = hostile.replaceAll("[^\\x20-\\x7e]", "?");
        assertThat(ForeignText.printable(hostile)).isEqualTo(expected);
        assertThat(ForeignText.lines(hostile)).isEqualTo(expected);
        assertThat(ForeignText.coloured(hostile)).isEqualTo(expected);
    }

    @Test
    void ordinaryTextStaysAsItIs() {
        String text = "grün 日本語 … \u00e9 {\"a\": 'b'}";
        assertThat(ForeignText.printable(text)).isSameAs(text);
        assertThat(ForeignText.coloured(text)).isSameAs(text);
    }

    @Test
    void lineEndsStayInLinesOnly() {
        assertThat(ForeignText.printable("a\n\tb")).isEqualTo("a??b");
        assertThat(ForeignText.lines("a\n\tb\r")).isEqualTo("a\n\tb?");
    }

    @Test
    void coloursAreLeftOutOfAProgramsOutput() {
        assertThat(ForeignText.lines("\u001b[1;31mERROR\u001b[0m x")).isEqualTo("ERROR x");
    }

    @Test
    void onlyPlainColoursReachATerminal() {
        assertThat(ForeignText.coloured("\u001b[32mready\u001b[0m \u001b[2J\u001b]0;x\u0007"))
                .isEqualTo("\u001b[32mready\u001b[0m ?[2J?]0;x?");
    }
}
