package dev.berth.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class WrapTest {
    @Test
    void linesBreakAtBlanksAndContinueIndented() {
        assertThat(Wrap.lines("one two three four", 9, 2))
                .containsExactly("one two", "  three", "  four");
    }

    @Test
    void aWordLongerThanTheLineIsCut() {
        assertThat(Wrap.lines("abcdefghij", 4, 0)).containsExactly("abcd", "efgh", "ij");
        assertThat(Wrap.lines("ab cdefghijkl", 5, 2)).allMatch(line -> line.length() <= 5);
    }

    @Test
    void aTextThatFitsIsOneLine() {
        assertThat(Wrap.lines("  kept as it is", 40, 2)).containsExactly("  kept as it is");
    }

    @Test
    @Timeout(60)
    void aMegabyteIsWrappedInOneGo() {
        String word = "x".repeat(1 << 20);

        assertThat(Wrap.lines(word, 80, 4))
                .hasSize(1 + Math.ceilDiv((1 << 20) - 80, 76))
                .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(80));
        assertThat(String.join("", Wrap.lines(word, 80, 4)).replace(" ", "")).isEqualTo(word);
    }
}
