package dev.berth.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The results of one client thread. Not shared between threads until they have ended.
final class Tally {
    /// Failures beyond this number are only counted.
    private static final int MAX_FAILURES_KEPT = 10_000;

    private final Map<Outcome, Long> counts = new EnumMap<>(Outcome.class);
    private final Map<Integer, Long> served = new HashMap<>();
    private final List<FailedRequest> failures = new ArrayList<>();
    private int[] latenciesMicros = new int[1024];
    private int size;

    /// Records a response.
    void answered(HttpAnswer answer, long nanos) {
        count(Outcome.OK);
        answer.pid().ifPresent(pid -> served.merge(pid, 1L, Long::sum));
        if (size == latenciesMicros.length) {
            latenciesMicros = Arrays.copyOf(latenciesMicros, size * 2);
        }
        latenciesMicros[size++] = (int) Math.min(Integer.MAX_VALUE, nanos / 1_000);
    }

    /// Records a request that failed.
    void failed(FailedRequest failure) {
        count(failure.outcome());
        if (failures.size() < MAX_FAILURES_KEPT) {
            failures.add(failure);
        }
    }

    private void count(Outcome outcome) {
        counts.merge(outcome, 1L, Long::sum);
    }

    /// Adds up the results of the threads of a load.
    static LoadResult sum(List<Tally> tallies, long elapsedNanos) {
        Map<Outcome, Long> counts = new EnumMap<>(Outcome.class);
        Map<Integer, Long> served = new HashMap<>();
        List<FailedRequest> failures = new ArrayList<>();
        int[] latencies = new int[tallies.stream().mapToInt(tally -> tally.size).sum()];
        int at = 0;
        for (Tally tally : tallies) {
            tally.counts.forEach((outcome, n) -> counts.merge(outcome, n, Long::sum));
            tally.served.forEach((pid, n) -> served.merge(pid, n, Long::sum));
            failures.addAll(tally.failures);
            System.arraycopy(tally.latenciesMicros, 0, latencies, at, tally.size);
            at += tally.size;
        }
        return new LoadResult(counts, served, failures, new Latencies(latencies), elapsedNanos);
    }
}
