package dev.berth.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

final class SeededRandomTest {

    @Test
    void aSeedReproducesTheSameNumbers() {
        SeededRandom first = SeededRandom.create("a test of the seed");
        SeededRandom second = SeededRandom.of(first.seed());
        assertThat(second).hasToString("seed " + first.seed());
        for (int i = 0; i < 100; i++) {
            assertThat(second.nextLong()).isEqualTo(first.nextLong());
        }
        assertThat(SeededRandom.of(first.seed() + 1).nextLong()).isNotEqualTo(first.nextLong());
    }

    @Test
    void everyChoiceIsPickedSometimes() {
        SeededRandom random = SeededRandom.of(1);
        Set<String> picked = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            picked.add(random.pick(List.of("a", "b", "c")));
        }
        assertThat(picked).containsExactlyInAnyOrder("a", "b", "c");
    }
}
