package dev.berth.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

import java.util.Collections;
import java.util.List;
import java.util.Set;

class NumbersTest {
    @Test
    void theMedianLiesInTheMiddle() {
        assertThat(Numbers.median(List.of(9.0, 1.0, 2.0))).isEqualTo(2);
        assertThat(Numbers.median(List.of(1.0, 2.0))).isEqualTo(1.5);
        assertThat(Numbers.median(List.of())).isZero();
    }

    @Test
    void equalRatiosHaveNoSpread() {
        Numbers.Interval interval = Numbers.ratio(Collections.nCopies(15, 0.9), 1);
        assertThat(interval.low()).isCloseTo(0.9, within(1e-9));
        assertThat(interval.high()).isCloseTo(0.9, within(1e-9));
    }

    @Test
    void theIntervalContainsTheMeanAndNarrowsWithMorePairs() {
        List<Double> few = List.of(0.8, 1.25, 0.8, 1.25);
        Numbers.Interval wide = Numbers.ratio(few, 1);
        Numbers.Interval narrow =
                Numbers.ratio(
                        Collections.nCopies(25, few).stream().flatMap(List::stream).toList(), 1);
        assertThat(wide.mean()).isCloseTo(1, within(1e-9));
        assertThat(wide.low()).isLessThan(1);
        assertThat(wide.high()).isGreaterThan(1);
        assertThat(narrow.high() - narrow.low()).isLessThan(wide.high() - wide.low());
    }

    @Test
    void latenciesByQuantile() {
        var latencies = new Latencies(new int[] {4_000, 1_000, 3_000, 2_000});
        assertThat(latencies.millis(0.5)).isEqualTo(2);
        assertThat(latencies.millis(1)).isEqualTo(4);
        assertThat(new Latencies(new int[0]).millis(0.99)).isZero();
    }

    @Test
    void argumentsAreFlagsOptionsAndTheRest() {
        Arguments arguments =
                Arguments.parse(
                        List.of("--quick", "--rolls", "3", "--", "--settle", "1s"),
                        Set.of("quick"),
                        Set.of("rolls"));
        assertThat(arguments.has("quick")).isTrue();
        assertThat(arguments.number("rolls", 20)).isEqualTo(3);
        assertThat(arguments.rest()).containsExactly("--settle", "1s");
    }

    @Test
    void anUnknownArgumentIsRejectedWithTheKnownOnes() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> Arguments.parse(List.of("--rols", "3"), Set.of(), Set.of("rolls")))
                .withMessageContaining("--rols")
                .withMessageContaining("--rolls");
    }
}
