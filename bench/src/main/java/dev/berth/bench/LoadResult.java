package dev.berth.bench;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// What a load has shown.
///
/// @param counts requests by how they ended
/// @param served answers by the pid in their body
/// @param failures everything but [Outcome#OK], the first ten thousand a client
/// @param latencies of the answered requests
/// @param elapsedNanos how long the load lasted
record LoadResult(
        Map<Outcome, Long> counts,
        Map<Integer, Long> served,
        List<Failure> failures,
        Latencies latencies,
        long elapsedNanos) {

    LoadResult {
        counts = Map.copyOf(counts);
        served = Map.copyOf(served);
        failures = List.copyOf(failures);
    }

    /// Before any request.
    static LoadResult none() {
        return Tally.sum(List.of(), 0);
    }

    /// How many requests ended so.
    long count(Outcome outcome) {
        return counts.getOrDefault(outcome, 0L);
    }

    /// All requests.
    long requests() {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }

    /// The requests that a user would have seen fail.
    long failed() {
        return counts.entrySet().stream()
                .filter(entry -> entry.getKey().failed())
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    /// The failed ones by class, such as `refused 2, EOF before answer 1`; empty when none failed.
    String failedByClass() {
        return new TreeMap<>(counts)
                .entrySet().stream()
                        .filter(entry -> entry.getKey().failed())
                        .map(entry -> entry.getKey().label() + " " + entry.getValue())
                        .collect(Collectors.joining(", "));
    }

    /// Those of [#failures()] that count as failed.
    List<Failure> realFailures() {
        return failures.stream().filter(failure -> failure.outcome().failed()).toList();
    }
}
