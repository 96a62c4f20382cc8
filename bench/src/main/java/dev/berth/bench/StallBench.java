package dev.berth.bench;

import dev.berth.examples.PausingServer;
import dev.berth.examples.SampleServer;
import dev.berth.examples.SampleServers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;

/// One of two workers stops for 500 ms every 2 s: measures how long clients wait under `hash` and
/// under `least-loaded`, in pairs, with fresh processes each time. With `--gc` the stop is a full
/// collection of a worker's own heap.
final class StallBench {
    private static final double MOST_RATIO = 0.2;
    private static final Duration STOP = Duration.ofMillis(500);
    private static final Duration PERIOD = Duration.ofSeconds(2);
    private static final long NOTICE_NANOS = 50_000_000;
    private static final long WARM_UP_MILLIS = 3_000;
    private static final long CAPACITY_MILLIS = 10_000;
    private static final int CLIENTS = 16;
    private static final int MOST_PER_SECOND = 4_000;

    private final BenchEnvironment bench;
    private final SampleServer server;
    private final int port;

    /// A period during which a process was stopped. **Units:** [System#nanoTime()].
    private record Stop(int pid, long from, long until) {
        /// Whether a connection came to the process at a time when its stop should have been
        /// noticed.
        boolean late(OpenLoop.Arrival arrival) {
            return arrival.pid() == pid
                    && arrival.begunNanos() > from + NOTICE_NANOS
                    && arrival.begunNanos() < until;
        }
    }

    private StallBench(BenchEnvironment bench) throws IOException {
        this.bench = bench;
        this.server =
                bench.options().has("gc") ? collecting(PERIOD) : SampleServers.named("java-socket");
        this.port = BenchEnvironment.freePort(1);
    }

    /// A server that, in slot 0, collects its heap after each `rest`; never, if `rest` is zero.
    private static SampleServer collecting(Duration rest) {
        return new SampleServer(
                "java-gc",
                List.of(
                        "{java}",
                        "-Xmx1500m",
                        "-XX:+UseSerialGC",
                        "-cp",
                        "{classes}",
                        PausingServer.class.getName(),
                        "{port}",
                        Long.toString(rest.toMillis())),
                Set.of(),
                SampleServer.OnTerm.DIES,
                SampleServer.Reuse.CLOSES,
                SampleServer.ProcessModel.ONE,
                "pauses now and then in slot 0");
    }

    /// Runs `stall`.
    static boolean run(BenchEnvironment bench) throws IOException {
        return new StallBench(bench).measure();
    }

    private boolean measure() {
        var failures = new CheckFailures();
        int rate = bench.options().number("rate", 0);
        int perSecond = rate > 0 ? rate : Math.min(MOST_PER_SECOND, capacity(failures) / 2);
        System.out.println(perSecond + " arrivals per second");
        List<Double> ratios = new ArrayList<>();
        for (int pair = 0; pair < bench.options().number("pairs", 5) && failures.holds(); pair++) {
            boolean hashFirst = pair % 2 == 0;
            double one = p99(hashFirst ? "hash" : "least-loaded", perSecond, failures);
            double other = p99(hashFirst ? "least-loaded" : "hash", perSecond, failures);
            ratios.add(hashFirst ? other / one : one / other);
        }
        double median = Statistics.median(ratios);
        failures.check(median <= MOST_RATIO && median > 0, "ratio of p99: " + median);
        System.out.printf(
                "p99 least-loaded / hash: median %.3f of %s, at most %.1f: %s%n",
                median,
                ratios.stream().map("%.3f"::formatted).toList(),
                MOST_RATIO,
                failures.word());
        return failures.printReasons();
    }

    /// The number of requests per second that one worker can serve while nothing stops it.
    private int capacity(CheckFailures failures) {
        int[] found = new int[1];
        SampleServer steady = bench.options().has("gc") ? collecting(Duration.ZERO) : server;
        List<String> command = bench.command(steady, port, 0);
        BerthRun.check(
                bench,
                bench.setup("capacity", port, 1, List.of(), command),
                failures,
                berth -> {
                    perSecond(WARM_UP_MILLIS);
                    found[0] = perSecond(CAPACITY_MILLIS);
                });
        System.out.println("one worker serves " + found[0] + " per second");
        return found[0];
    }

    /// Responses per second to clients like those of the measurement, each sending as soon as it is
    /// answered.
    private int perSecond(long millis) throws IOException {
        Burst.Step client = () -> OneShot.pid(port);
        return (int) Burst.perSecond(Collections.nCopies(CLIENTS, client), millis);
    }

    private double p99(String policy, int perSecond, CheckFailures failures) {
        double[] found = new double[1];
        List<String> command = bench.command(server, port, 0);
        BerthRun.check(
                bench,
                bench.setup("stall", port, 2, List.of("--steer", policy), command),
                failures,
                berth -> found[0] = p99(berth, policy, perSecond, failures));
        return found[0];
    }

    private double p99(BerthRun berth, String policy, int perSecond, CheckFailures failures)
            throws IOException {
        OpenLoop.run(port, perSecond, WARM_UP_MILLIS);
        int victim = berth.status().workers().getFirst();
        List<Stop> stops = new CopyOnWriteArrayList<>();
        var over = new AtomicBoolean();
        Thread stopping =
                Thread.ofPlatform().daemon().unstarted(() -> stopNowAndThen(victim, stops, over));
        if (!bench.options().has("gc")) {
            stopping.start();
        }
        OpenLoop.Result result =
                OpenLoop.run(port, perSecond, bench.options().number("seconds", 12) * 1_000L);
        over.set(true);
        join(stopping);
        return report(policy, result, stops, failures);
    }

    private static double report(
            String policy, OpenLoop.Result result, List<Stop> stops, CheckFailures failures) {
        Latencies latencies = result.latencies();
        long late =
                result.arrivals().stream()
                        .filter(arrival -> stops.stream().anyMatch(stop -> stop.late(arrival)))
                        .count();
        System.out.printf(
                "%-12s  p50 %6.1f ms, p99 %6.1f ms, slowest %6.1f ms; %d answered, %d failed%s%n",
                policy,
                latencies.millis(0.5),
                latencies.millis(0.99),
                latencies.millis(1),
                result.arrivals().size(),
                result.failures().size(),
                stops.isEmpty() ? "" : "; " + late + " to the stopped one later than 50 ms");
        failures.check(result.failures().isEmpty(), policy + " lost " + result.failures());
        failures.check(policy.equals("hash") || late == 0, late + " went to a stopped worker");
        return latencies.millis(0.99);
    }

    private static void stopNowAndThen(int pid, List<Stop> stops, AtomicBoolean over) {
        try {
            while (!over.get()) {
                Shell.signal("STOP", List.of(pid));
                long from = System.nanoTime();
                Waits.pause(STOP);
                stops.add(new Stop(pid, from, System.nanoTime()));
                Shell.signal("CONT", List.of(pid));
                Waits.pause(PERIOD.minus(STOP));
            }
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }
}
