package dev.berth.bench;

import java.time.Duration;
import java.util.TreeMap;

/// Runs the load client by itself against any server on a loopback port.
final class LoadBench {
    private static final int FAILURES_SHOWN = 10;

    private LoadBench() {}

    /// Runs `load`.
    static boolean run(BenchEnvironment bench) {
        BenchOptions options = bench.options();
        LoadPlan plan =
                LoadPlan.defaults(options.number("port", 8080))
                        .withPath(options.text("path", "/"))
                        .withClients(options.number("clients", 8))
                        .withRequestsPerConnection(options.number("keepalive", 1))
                        .withBounds(
                                Duration.ofSeconds(options.number("seconds", 5)),
                                options.number("requests", Integer.MAX_VALUE))
                        .withRate(options.number("rate", 0));
        LoadResult result = Load.run(plan);
        print(result);
        return result.failed() == 0 && result.requests() > 0;
    }

    private static void print(LoadResult result) {
        double seconds = result.elapsedNanos() / 1e9;
        System.out.printf(
                "%d requests in %.1f s (%.0f/s)%n",
                result.requests(), seconds, result.requests() / seconds);
        new TreeMap<>(result.counts())
                .forEach((outcome, n) -> System.out.printf("  %-20s %d%n", outcome.label(), n));
        Latencies latencies = result.latencies();
        System.out.printf(
                "p50 %.1f ms, p99 %.1f ms, slowest %.0f ms%n",
                latencies.millis(0.5), latencies.millis(0.99), latencies.millis(1));
        new TreeMap<>(result.served())
                .forEach((pid, n) -> System.out.printf("  pid %d answered %d%n", pid, n));
        result.failures().stream()
                .limit(FAILURES_SHOWN)
                .forEach(failure -> System.out.println("  " + failure));
    }
}
