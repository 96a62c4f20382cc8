package dev.berth.supervise.steering;

import dev.berth.supervise.contract.Policy;

import java.util.Arrays;
import java.util.List;

/// The share of the connections that each listener should get, as far as it does not depend on
/// load; see [LeastLoadedSchedule] for what does.
final class ListenerShares {
    private ListenerShares() {}

    /// A listener that is served.
    ///
    /// @param slot the slot that its worker fills
    /// @param percent how much of its own share it gets for now: less than 100 while it warms up
    record WeightEntry(int slot, int percent) {}

    /// The weight of each of `entries`, in their order. The listeners of one slot divide its share
    /// equally. If all would get nothing, all get the same.
    static double[] of(Policy policy, List<WeightEntry> entries) {
        double[] weights = new double[entries.size()];
        double scale =
                policy instanceof Policy.Weighted weighted ? perWeight(weighted, entries) : 1;
        for (int i = 0; i < weights.length; i++) {
            WeightEntry entry = entries.get(i);
            long listeners = entries.stream().filter(e -> e.slot() == entry.slot()).count();
            double whole = policy instanceof Policy.Weighted w ? part(w, entry.slot(), scale) : 1;
            weights[i] = whole * entry.percent() / 100 / listeners;
        }
        if (Arrays.stream(weights).sum() <= 0) {
            Arrays.fill(weights, 1);
        }
        return weights;
    }

    private static double part(Policy.Weighted policy, int slot, double perWeight) {
        Policy.Share share = policy.share(slot);
        double number = share.number().doubleValue();
        return share.percent() ? number : number * perWeight;
    }

    /// How many percent a weight of 1 is worth: what the percentages leave, divided by the sum of
    /// the weights.
    private static double perWeight(Policy.Weighted policy, List<WeightEntry> entries) {
        double rest = 100;
        double sum = 0;
        for (int slot : entries.stream().mapToInt(WeightEntry::slot).distinct().toArray()) {
            Policy.Share share = policy.share(slot);
            double number = share.number().doubleValue();
            rest -= share.percent() ? number : 0;
            sum += share.percent() ? 0 : number;
        }
        return sum == 0 ? 0 : Math.max(0, rest) / sum;
    }
}
