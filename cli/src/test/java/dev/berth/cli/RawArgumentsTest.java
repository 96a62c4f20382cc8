package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RawArgumentsTest {
    @Test
    void theWordsAreTheLastOnesOfTheLine() {
        String[] seen = {"run", "gr\uFFFD\uFFFDn", ""};

        assertThat(RawArguments.last("java\0Main\0run\0grün\0\0", seen))
                .containsExactly("run", "grün", "");
    }

    @Test
    void aLineThatIsTooShortIsNotUsed() {
        String[] seen = {"run", "\uFFFD"};

        assertThat(RawArguments.last("ü\0", seen)).isSameAs(seen);
    }

    @Test
    void wordsThatTheJvmUnderstoodStay() {
        String[] seen = {"run", "ü"};

        assertThat(RawArguments.exact(seen)).isSameAs(seen);
    }
}
