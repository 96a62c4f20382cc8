package dev.berth.lab;

import java.util.Map;

/// How even a distribution over some members is.
///
/// @param members over how many it was to go
/// @param seen how many got anything
/// @param largest what the busiest got
/// @param smallest what the idlest got
/// @param ratio the busiest's share over the mean share; 1 is even
/// @param chi2 the sum of squared deviations from the mean, over the mean
/// @param p how probable a `chi2` at least so large is, if each went to a member by pure chance
record Distribution(
        int members, int seen, int largest, int smallest, double ratio, double chi2, double p) {
    /// - `over`: how many members there are; 0: those that got anything
    static Distribution of(Map<String, Integer> counts, int over) {
        int members = Math.max(1, Math.max(over, counts.size()));
        int total = counts.values().stream().mapToInt(Integer::intValue).sum();
        double mean = Math.max(total, 1) / (double) members;
        double chi2 = (members - counts.size()) * mean;
        for (int count : counts.values()) {
            chi2 += (count - mean) * (count - mean) / mean;
        }
        int largest = counts.values().stream().mapToInt(Integer::intValue).max().orElse(0);
        int least = counts.values().stream().mapToInt(Integer::intValue).min().orElse(0);
        int smallest = counts.size() < members ? 0 : least;
        return new Distribution(
                members,
                counts.size(),
                largest,
                smallest,
                largest / mean,
                chi2,
                chance(chi2, members - 1));
    }

    /// The upper tail of the chi-square distribution, by the approximation of Wilson and Hilferty.
    private static double chance(double chi2, int freedom) {
        if (freedom == 0) {
            return 1;
        }
        double spread = 2.0 / (9 * freedom);
        return upperTail((Math.cbrt(chi2 / freedom) - (1 - spread)) / Math.sqrt(spread));
    }

    /// Of the normal distribution (Abramowitz and Stegun 26.2.17, to 1e-7).
    private static double upperTail(double z) {
        double t = 1 / (1 + 0.2316419 * Math.abs(z));
        double series =
                t
                        * (0.319381530
                                + t
                                        * (-0.356563782
                                                + t
                                                        * (1.781477937
                                                                + t
                                                                        * (-1.821255978
                                                                                + t
                                                                                        * 1.330274429))));
        double tail = Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI) * series;
        return z >= 0 ? tail : 1 - tail;
    }

    Answer addTo(Answer answer) {
        return answer.with("members", members)
                .with("seen", seen)
                .with("largest", largest)
                .with("smallest", smallest)
                .with("ratio", ratio)
                .with("chi2", chi2)
                .with("p", p);
    }
}
