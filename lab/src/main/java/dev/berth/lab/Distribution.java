package dev.berth.lab;

import java.util.Map;

/// How even a distribution over some members is.
///
/// @param members the number of members
/// @param seen how many members got anything
/// @param largest what the busiest member got
/// @param smallest what the idlest member got
/// @param ratio the busiest member's share over the mean share; 1 is even
/// @param chi2 the sum of squared deviations from the mean, over the mean
/// @param p the probability of a `chi2` at least this large, if each went to a member by pure
///   chance
record Distribution(
        int members, int seen, int largest, int smallest, double ratio, double chi2, double p) {
    /// @param over the number of members; 0: those that got anything
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

    /// The upper tail of the chi-square distribution, exact: two more degrees of freedom add one
    /// term of a series, which begins with erfc for odd numbers and with the exponential for even
    /// numbers.
    private static double chance(double chi2, int freedom) {
        if (freedom == 0) {
            return 1;
        }
        double half = chi2 / 2;
        boolean odd = freedom % 2 == 1;
        double tail = odd ? erfc(Math.sqrt(half)) : Math.exp(-half);
        double term =
                odd ? Math.exp(-half) * Math.sqrt(half / Math.PI) * 2 : Math.exp(-half) * half;
        for (int above = odd ? 3 : 4; above <= freedom; above += 2) {
            tail += term;
            term *= chi2 / above;
        }
        return Math.min(1, tail);
    }

    /// The complementary error function (Abramowitz and Stegun 7.1.26, to 2e-7).
    private static double erfc(double x) {
        double t = 1 / (1 + 0.3275911 * x);
        double[] factors = {1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592};
        double series = 0;
        for (double factor : factors) {
            series = (series + factor) * t;
        }
        return series * Math.exp(-x * x);
    }

    StepResult addTo(StepResult answer) {
        return answer.with("members", members)
                .with("seen", seen)
                .with("largest", largest)
                .with("smallest", smallest)
                .with("ratio", ratio)
                .with("chi2", chi2)
                .with("p", p);
    }
}
