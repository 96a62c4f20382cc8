package dev.berth.bench;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// The results of a load.
///
/// @param counts requests by outcome
/// @param served answers by the pid in their body
/// @param failures everything except [Outcome#OK], the first ten thousand per client
/// @param latencies of the answered requests
/// @param elapsedNanos the duration of the load
record LoadResult(
        Map<Outcome, Long> counts,
        Map<Integer, Long> served,
        List<FailedRequest> failures,
        Latencies latencies,
        long elapsedNanos) {

    LoadResult {
        counts = Map.copyOf(counts);
        served = Map.copyOf(served);
        failures = List.copyOf(failures);
    }

    /// The result before any request.
    static LoadResult none() {
        return Tally.sum(List.of(), 0);
    }

    /// The number of requests with this outcome.
    long count(Outcome outcome) {
        return counts.getOrDefault(outcome, 0L);
    }

    /// The number of all requests.
    long requests() {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }

    /// The number of requests that a user would have seen fail.
    long failed() {
        return counts.entrySet().stream()
                .filter(entry -> entry.getKey().failed())
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    /// The failed requests by class, such as `refused 2, EOF before answer 1`; empty if none
    /// failed.
    String failedByClass() {
        return new TreeMap<>(counts)
                .entrySet().stream()
                        .filter(entry -> entry.getKey().failed())
                        .map(entry -> entry.getKey().label() + " " + entry.getValue())
                        .collect(Collectors.joining(", "));
    }

    /// Those of [#failures()] that count as failed.
    List<FailedRequest> realFailures() {
        return failures.stream().filter(failure -> failure.outcome().failed()).toList();
    }
}
