package dev.berth.supervise.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PolicyTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "hash",
                "random",
                "round-robin",
                "cpu",
                "source",
                "least-loaded",
                "weighted:1=2,3=5%",
                "weighted:0=0.5,12=100%"
            })
    void parsingAndFormattingAPolicyAreInverse(String word) {
        assertThat(Policy.parse(word).word()).isEqualTo(word);
        assertThat(Policy.WORDS).contains(word.replaceAll(":.*", ""));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    least-conn          | available: hash, random, round-robin, cpu, source, least
                    ''                  | available: hash
                    weighted            | weighted:3=5%,1=2
                    weighted:           | a weight is SLOT=WEIGHT or SLOT=SHARE%
                    weighted:1          | a weight is SLOT=WEIGHT or SLOT=SHARE%
                    weighted:1=2,       | a weight is SLOT=WEIGHT or SLOT=SHARE%
                    weighted:x=2        | a weight is SLOT=WEIGHT or SLOT=SHARE%
                    weighted:1=         | a weight is a number (2) or a share
                    weighted:1=-2       | a weight is a number (2) or a share
                    weighted:1=2 %      | a weight is a number (2) or a share
                    weighted:1=2000     | 0 to 1000, not 2000
                    weighted:1=2,1=3    | slot 1 has two weights
                    weighted:1=60%,2=41% | the shares add up to 101 %: more than 100
                    """)
    void aMistakeIsNamed(String word, String complaint) {
        assertThatThrownBy(() -> Policy.parse(word))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(complaint);
    }

    @Test
    void aMissingSlotGetsNoWeight() {
        Policy policy = Policy.parse("weighted:3=5%");
        assertThat(policy.problem(4)).isEmpty();
        assertThat(policy.problem(3)).hasValueSatisfying(why -> assertThat(why).contains("0 to 2"));
    }
}
