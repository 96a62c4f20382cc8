package dev.berth.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

import java.util.Collections;
import java.util.List;
import java.util.Set;

class StatisticsTest {
    @Test
    void theMedianLiesInTheMiddle() {
        assertThat(Statistics.median(List.of(9.0, 1.0, 2.0))).isEqualTo(2);
        assertThat(Statistics.median(List.of(1.0, 2.0))).isEqualTo(1.5);
        assertThat(Statistics.median(List.of())).isZero();
    }

    @Test
    void equalRatiosHaveNoSpread() {
        Statistics.Interval interval = Statistics.ratio(Collections.nCopies(15, 0.9), 1);
        assertThat(interval.low()).isCloseTo(0.9, within(1e-9));
        assertThat(interval.high()).isCloseTo(0.9, within(1e-9));
    }

    @Test
    void theIntervalContainsTheMeanAndNarrowsWithMorePairs() {
        List<Double> few = List.of(0.8, 1.25, 0.8, 1.25);
        Statistics.Interval wide = Statistics.ratio(few, 1);
        Statistics.Interval narrow =
                Statistics.ratio(
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
        BenchOptions benchOptions =
                BenchOptions.parse(
                        List.of("--quick", "--rolls", "3", "--", "--settle", "1s"),
                        Set.of("quick"),
                        Set.of("rolls"));
        assertThat(benchOptions.has("quick")).isTrue();
        assertThat(benchOptions.number("rolls", 20)).isEqualTo(3);
        assertThat(benchOptions.rest()).containsExactly("--settle", "1s");
    }

    @Test
    void anUnknownArgumentIsRejectedWithTheKnownOnes() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> BenchOptions.parse(List.of("--rols", "3"), Set.of(), Set.of("rolls")))
                .withMessageContaining("--rols")
                .withMessageContaining("--rolls");
    }
}
