package dev.berth.bench;

import java.util.Arrays;

/// The durations of the answered requests, each from connect (or, on a kept connection, from
/// sending) to the end of the response.
final class Latencies {
    private final int[] sortedMicros;

    /// @param micros owned, and sorted, by the new object
    Latencies(int[] micros) {
        Arrays.sort(micros);
        this.sortedMicros = micros;
    }

    /// The time within which the fraction `quantile` of the requests was answered, in milliseconds;
    /// 0 if there were none. `1` gives the slowest.
    double millis(double quantile) {
        if (sortedMicros.length == 0) {
            return 0;
        }
        int rank = (int) Math.ceil(quantile * sortedMicros.length);
        return sortedMicros[Math.clamp(rank - 1, 0, sortedMicros.length - 1)] / 1_000.0;
    }
}
