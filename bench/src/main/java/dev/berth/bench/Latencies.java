package dev.berth.bench;

import java.util.Arrays;

/// How long the answered requests took, each from connect (or from sending, on a kept connection)
/// to the end of the answer.
final class Latencies {
    private final int[] sortedMicros;

    /// @param micros owned by the new object, and sorted by it
    Latencies(int[] micros) {
        Arrays.sort(micros);
        this.sortedMicros = micros;
    }

    /// The time within which the share `quantile` of the requests was answered, in milliseconds; 0
    /// when there was none. `1` is the slowest.
    double millis(double quantile) {
        if (sortedMicros.length == 0) {
            return 0;
        }
        int rank = (int) Math.ceil(quantile * sortedMicros.length);
        return sortedMicros[Math.clamp(rank - 1, 0, sortedMicros.length - 1)] / 1_000.0;
    }
}
