package dev.berth.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Random;

/// The statistics that the commands print.
final class Statistics {
    private static final int RESAMPLES = 10_000;

    private Statistics() {}

    /// The median; 0 for an empty list.
    static double median(List<Double> values) {
        return quantile(sorted(values), 0.5);
    }

    /// An interval around a mean.
    record Interval(double low, double mean, double high) {}

    /// The geometric mean of ratios with its 95 % interval, from resampled means.
    static Interval ratio(List<Double> ratios, long seed) {
        double[] logs = ratios.stream().mapToDouble(Math::log).toArray();
        var random = new Random(seed);
        double[] means = new double[RESAMPLES];
        for (int i = 0; i < RESAMPLES; i++) {
            means[i] =
                    Math.exp(
                            random.ints(logs.length, 0, logs.length)
                                    .mapToDouble(at -> logs[at])
                                    .average()
                                    .orElse(0));
        }
        Arrays.sort(means);
        double mean = Math.exp(Arrays.stream(logs).average().orElse(0));
        return new Interval(quantile(means, 0.025), mean, quantile(means, 0.975));
    }

    private static double[] sorted(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    }

    private static double quantile(double[] sorted, double share) {
        if (sorted.length == 0) {
            return 0;
        }
        double at = share * (sorted.length - 1);
        int below = (int) at;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
    }
}
