package dev.berth.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.Map;
import java.util.TreeMap;

class DistributionTest {
    /// One member more than `freedom`, of which the first gets enough more that `chi2` results.
    private static Distribution uneven(int freedom, double chi2) {
        int members = freedom + 1;
        double mean = 1_000_000;
        long more = Math.round(Math.sqrt(chi2 * mean * freedom / members));
        Map<String, Integer> counts = new TreeMap<>();
        for (int i = 0; i < members; i++) {
            counts.put("a." + i, (int) Math.round(mean + (i == 0 ? more : -1.0 * more / freedom)));
        }
        return Distribution.of(counts, members);
    }

    /// The values from the usual statistical tables.
    @ParameterizedTest
    @CsvSource({
        "1, 3.841, 0.05",
        "1, 6.635, 0.01",
        "2, 5.991, 0.05",
        "3, 0.352, 0.95",
        "4, 13.277, 0.01",
        "7, 14.067, 0.05",
        "15, 24.996, 0.05",
        "15, 7.261, 0.95",
        "1000, 1074.679, 0.05",
    })
    void chanceIsThatOfTheTables(int freedom, double chi2, double p) {
        Distribution distribution = uneven(freedom, chi2);
        assertThat(distribution.chi2()).isCloseTo(chi2, within(0.05));
        assertThat(distribution.p()).isCloseTo(p, within(0.002));
    }

    @Test
    void anEvenDistributionHasNoChiSquare() {
        assertThat(Distribution.of(Map.of("a.a", 50, "a.b", 50), 2).p()).isEqualTo(1, within(1e-6));
        assertThat(Distribution.of(Map.of("a.a", 5000), 16).p()).isZero();
    }
}
