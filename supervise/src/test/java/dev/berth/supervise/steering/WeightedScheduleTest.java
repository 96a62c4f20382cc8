package dev.berth.supervise.steering;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.berth.testkit.SeededRandom;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Arrays;
import java.util.stream.IntStream;

final class WeightedScheduleTest {
    private static final int MOST = 1024;

    private static int[] counts(int[] places, int members) {
        int[] counts = new int[members];
        Arrays.stream(places).forEach(member -> counts[member]++);
        return counts;
    }

    private static double[] even(int members) {
        return IntStream.range(0, members).mapToDouble(_ -> 0.3).toArray();
    }

    @Test
    void equalMembersAppearOnceEachInOrder() {
        for (int members = 1; members <= MOST; members += members < 40 ? 1 : 41) {
            int[] places = WeightedSchedule.spread(even(members), MOST);
            assertThat(places).isEqualTo(IntStream.range(0, members).toArray());
        }
        assertThat(WeightedSchedule.spread(even(MOST), MOST)).hasSize(MOST);
    }

    @Test
    void anyPercentageIsKeptToATenthOfIt() {
        for (int members = 2; members <= 64; members++) {
            double[] weights = even(members);
            weights[members - 1] = 0.3 * (members - 1) * 5 / 95;
            int[] places = WeightedSchedule.spread(weights, MOST);
            double part = (double) counts(places, members)[members - 1] / places.length;
            assertThat(part).as(members + " members").isCloseTo(0.05, within(0.002));
        }
    }

    @Test
    void sharesThatDivideEvenlyAreExactAndTheTableIsShort() {
        assertThat(WeightedSchedule.spread(new double[] {1, 1, 2}, MOST))
                .containsExactly(2, 0, 1, 2);
        int[] twenty = WeightedSchedule.spread(new double[] {95, 5}, MOST);
        assertThat(counts(twenty, 2)).containsExactly(19, 1);
    }

    @Test
    void aMemberIsSpreadAsEvenlyAsPossible() {
        SeededRandom random = SeededRandom.create("smooth tables");
        for (int round = 0; round < 200; round++) {
            double[] weights =
                    IntStream.range(0, 1 + random.nextInt(12))
                            .mapToDouble(_ -> random.nextInt(20) / 4.0)
                            .toArray();
            weights[0] += 0.25;
            int[] places = WeightedSchedule.spread(weights, MOST);
            int[] quotas = counts(places, weights.length);
            double sum = Arrays.stream(weights).sum();
            for (int member = 0; member < weights.length; member++) {
                double part = weights[member] / sum;
                assertThat((double) quotas[member] / places.length)
                        .as(random + " " + Arrays.toString(weights))
                        .isCloseTo(part, within(part / 20 + 1e-9));
                evenly(places, member, quotas[member], random.toString());
            }
        }
    }

    /// In any stretch of the table, a member appears about as often as in the whole.
    private static void evenly(int[] places, int member, int quota, String seed) {
        int seen = 0;
        for (int i = 0; i < places.length; i++) {
            seen += places[i] == member ? 1 : 0;
            double due = (double) quota * (i + 1) / places.length;
            assertThat(seen - due).as(seed).isBetween(-2.0, 2.0);
        }
    }

    @Test
    void aWeightIsNeverRoundedToZeroAndZeroStaysZero() {
        int[] places = WeightedSchedule.spread(new double[] {100_000, 0.001, 0}, MOST);
        assertThat(counts(places, 3)[1]).isOne();
        assertThat(counts(places, 3)[2]).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 8, 64, 300})
    void eachCpuHasItsPinnedMembersInTurnOrElseAll(int cpus) {
        SeededRandom random = SeededRandom.create("columns");
        int members = 1 + random.nextInt(9);
        int[] pinned = IntStream.range(0, members).map(_ -> random.nextInt(cpus)).toArray();
        int[] places = WeightedSchedule.columns(pinned, cpus, MOST);
        assertThat(places.length % cpus).isZero();
        assertThat(places).hasSizeBetween(cpus, MOST);
        for (int cpu = 0; cpu < cpus; cpu++) {
            int column = cpu;
            int[] expected = IntStream.range(0, members).filter(i -> pinned[i] == column).toArray();
            int[] all = IntStream.range(0, members).toArray();
            int[] those = expected.length == 0 ? all : expected;
            int[] found =
                    IntStream.range(0, places.length / cpus)
                            .map(row -> places[row * cpus + column])
                            .toArray();
            assertThat(those).as(random.toString()).contains(found);
            if (cpus <= 8 && expected.length > 0) {
                assertThat(counts(found, members)[those[0]])
                        .isEqualTo(counts(found, members)[those[those.length - 1]]);
            }
        }
    }
}
