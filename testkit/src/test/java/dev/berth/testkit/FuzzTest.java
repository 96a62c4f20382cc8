package dev.berth.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.util.HashSet;
import java.util.Set;

class FuzzTest {
    @Test
    void inputThatBreaksThePropertyIsNamed() {
        assertThatThrownBy(() -> Fuzz.ofTexts("of a test", "abc").check(FuzzTest::refuse))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("fuzz of a test, seed ")
                .hasMessageContaining(" breaks it: ")
                .hasMessageContaining("7a");
    }

    private static void refuse(byte[] input) {
        for (byte one : input) {
            if (one == 'z') {
                throw new IllegalStateException("a z");
            }
        }
    }

    @Test
    void stackOverflowIsAFailureAndDoesNotEndTheTests() {
        assertThatThrownBy(() -> Fuzz.ofTexts("of a test", "abc").check(FuzzTest::overflow))
                .hasCauseInstanceOf(StackOverflowError.class);
    }

    @SuppressWarnings("InfiniteRecursion")
    private static void overflow(byte[] input) {
        overflow(input);
    }

    @Test
    void inputsAreWholeAndBrokenExamplesShorterAndLonger() throws InterruptedException {
        Set<Integer> lengths = new HashSet<>();
        Set<String> texts = new HashSet<>();
        int[] count = new int[1];
        Fuzz.ofTexts("of a test", "abcdef")
                .check(
                        input -> {
                            count[0]++;
                            lengths.add(input.length);
                            if (input.length <= 6) {
                                texts.add(new String(input));
                            }
                        });
        assertThat(count[0]).isEqualTo(Fuzz.INPUTS);
        assertThat(lengths).contains(0, 1, 5, 6, 7, 12);
        assertThat(texts).contains("abcdef", "abcde", "bcdef", "abcdeg");
    }
}
