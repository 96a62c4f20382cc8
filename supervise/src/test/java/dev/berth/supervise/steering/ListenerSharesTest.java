package dev.berth.supervise.steering;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.supervise.contract.Policy;

import org.junit.jupiter.api.Test;

import java.util.List;

final class ListenerSharesTest {
    private static double[] shares(String policy, ListenerShares.WeightEntry... entries) {
        return ListenerShares.of(Policy.parse(policy), List.of(entries));
    }

    private static ListenerShares.WeightEntry entry(int slot) {
        return new ListenerShares.WeightEntry(slot, 100);
    }

    private static double part(double[] weights, int member) {
        double sum = 0;
        for (double weight : weights) {
            sum += weight;
        }
        return weights[member] / sum;
    }

    @Test
    void aPercentageIsOfAllAndTheRestIsSharedByWeight() {
        double[] weights = shares("weighted:3=5%,1=2", entry(0), entry(1), entry(2), entry(3));
        assertThat(part(weights, 3)).isEqualTo(0.05);
        assertThat(part(weights, 0)).isEqualTo(0.95 / 4);
        assertThat(part(weights, 1)).isEqualTo(0.95 / 2);
        assertThat(part(weights, 2)).isEqualTo(0.95 / 4);
    }

    @Test
    void theShareOfASlotThatIsDownGoesToTheOthers() {
        double[] weights = shares("weighted:3=50%", entry(0), entry(1));
        assertThat(part(weights, 0)).isEqualTo(0.5);
        double[] alone = shares("weighted:3=20%,2=60%", entry(2), entry(3));
        assertThat(part(alone, 0)).isEqualTo(0.75);
    }

    @Test
    void zeroMeansNoneButNoClientIsRefusedForIt() {
        assertThat(shares("weighted:0=0", entry(0), entry(1))[0]).isZero();
        assertThat(shares("weighted:0=100%", entry(0), entry(1))[1]).isZero();
        assertThat(part(shares("weighted:0=0", entry(0)), 0)).isEqualTo(1);
    }

    @Test
    void listenersOfOneSlotShareItsPart() {
        double[] weights = shares("round-robin", entry(0), entry(0), entry(1));
        assertThat(part(weights, 0)).isEqualTo(0.25);
        assertThat(part(weights, 2)).isEqualTo(0.5);
    }

    @Test
    void aFreshWorkerGetsPartOfItsShare() {
        double[] weights = shares("hash", entry(0), new ListenerShares.WeightEntry(1, 10));
        assertThat(weights[1]).isEqualTo(weights[0] / 10);
    }
}
