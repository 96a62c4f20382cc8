package dev.berth.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class LineWrapTest {
    @Test
    void linesBreakAtBlanksAndContinueIndented() {
        assertThat(LineWrap.lines("one two three four", 9, 2))
                .containsExactly("one two", "  three", "  four");
    }

    @Test
    void aWordLongerThanTheLineIsCut() {
        assertThat(LineWrap.lines("abcdefghij", 4, 0)).containsExactly("abcd", "efgh", "ij");
        assertThat(LineWrap.lines("ab cdefghijkl", 5, 2)).allMatch(line -> line.length() <= 5);
    }

    @Test
    @Timeout(60)
    void aLineWithoutRoomHasOneCharacter() {
        assertThat(LineWrap.lines("ab c", 0, 2)).containsExactly("a", "b", "c");
        assertThat(LineWrap.lines("abc", -1, 0)).containsExactly("a", "b", "c");
    }

    @Test
    void aTextThatFitsIsOneLine() {
        assertThat(LineWrap.lines("  kept as it is", 40, 2)).containsExactly("  kept as it is");
    }

    @Test
    @Timeout(60)
    void aMegabyteIsWrappedInOneGo() {
        String word = "x".repeat(1 << 20);

        assertThat(LineWrap.lines(word, 80, 4))
                .hasSize(1 + Math.ceilDiv((1 << 20) - 80, 76))
                .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(80));
        assertThat(String.join("", LineWrap.lines(word, 80, 4)).replace(" ", "")).isEqualTo(word);
    }
}
