package dev.berth.bench;

import dev.berth.examples.SampleServer;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Compares requests per second under `berth run` with the same processes sharing a port by
/// themselves through SO_REUSEPORT: kept connections, the same number to each worker, measured in
/// turn, in pairs.
///
/// Every pair uses fresh processes: two starts of one JVM program differ by a few percent for as
/// long as they live, so pairs that shared processes would not be independent. `--control` compares
/// the same processes with themselves, both sides without Berth: its deviation from 1 is the noise
/// of the method.
final class ThroughputBench {
    private static final Duration START_DEADLINE = Duration.ofSeconds(60);
    private static final double LEAST_RATIO = 0.95;
    private static final long WARM_UP_MILLIS = 2_000;
    private static final int WORKERS = 2;
    private static final int SLICES = 10;

    private final BenchEnvironment bench;
    private final SampleServer server;
    private final List<Double> ratios = new ArrayList<>();

    private ThroughputBench(BenchEnvironment bench) {
        this.bench = bench;
        this.server = bench.options().server("java-reuseport");
    }

    /// Runs `throughput`.
    static boolean run(BenchEnvironment bench) throws IOException {
        return new ThroughputBench(bench).measure();
    }

    private boolean measure() throws IOException {
        int pairs = bench.options().number("pairs", 30);
        while (ratios.size() < pairs) {
            start();
        }
        long seed = System.nanoTime();
        Statistics.Interval ratio = Statistics.ratio(ratios, seed);
        boolean good = ratio.low() >= LEAST_RATIO;
        System.out.printf(
                "ratio %.3f, 95 %% interval %.3f to %.3f of %d pairs (seed %d): %s%n",
                ratio.mean(),
                ratio.low(),
                ratio.high(),
                ratios.size(),
                seed,
                good ? "ok" : "FAILED");
        return good;
    }

    /// Starts both sides afresh and measures them; each side is started first in half of the pairs.
    private void start() throws IOException {
        boolean berthFirst = ratios.size() % 2 == 0;
        try (Side first = side(berthFirst);
                Side second = side(!berthFirst)) {
            pair(
                    berthFirst ? first.port() : second.port(),
                    berthFirst ? second.port() : first.port());
        }
    }

    private Side side(boolean underBerth) throws IOException {
        int port = BenchEnvironment.freePort(1);
        return underBerth && !bench.options().has("control") ? supervised(port) : alone(port);
    }

    /// Two processes that share a port.
    private record Side(int port, Closing closing) implements AutoCloseable {
        interface Closing {
            void close() throws IOException;
        }

        @Override
        public void close() throws IOException {
            closing.close();
        }
    }

    private Side supervised(int port) throws IOException {
        List<String> command = bench.command(server, port, 0);
        BerthRun berth =
                BerthRun.start(bench, bench.setup("throughput", port, WORKERS, List.of(), command));
        Side side =
                new Side(
                        port,
                        () -> {
                            try (berth) {
                                berth.stop();
                            }
                        });
        try {
            berth.awaitReady(WORKERS);
            return side;
        } catch (IOException | RuntimeException e) {
            berth.close();
            throw e;
        }
    }

    private Side alone(int port) throws IOException {
        List<Process> processes = new ArrayList<>();
        Side side = new Side(port, () -> processes.forEach(Process::destroyForcibly));
        try {
            for (int i = 0; i < WORKERS; i++) {
                processes.add(
                        bench.service(bench.command(server, port, 0))
                                .redirectOutput(Redirect.DISCARD)
                                .redirectError(Redirect.DISCARD)
                                .start());
            }
            awaitListeners(port);
            return side;
        } catch (IOException | RuntimeException e) {
            side.close();
            throw e;
        }
    }

    private static void awaitListeners(int port) {
        Waits.until(
                START_DEADLINE,
                () -> {
                    try {
                        return TcpTable.onPort(port).stream().filter(TcpTable.Row::listens).count()
                                == WORKERS;
                    } catch (IOException e) {
                        return false;
                    }
                },
                () -> "not " + WORKERS + " listeners on " + port);
    }

    private void pair(int port, int own) throws IOException {
        int each = bench.options().number("connections", 4);
        long millis = bench.options().number("millis", 2_000);
        try (PingPongs berth = PingPongs.open(port, WORKERS, each);
                PingPongs alone = PingPongs.open(own, WORKERS, each)) {
            berth.burst(WARM_UP_MILLIS);
            alone.burst(WARM_UP_MILLIS);
            pair(berth, alone, millis / SLICES);
        }
    }

    /// Measures both sides alternately in short slices, so that other activity on the machine
    /// affects both equally; each side starts in half of the slices.
    private void pair(PingPongs berth, PingPongs alone, long sliceMillis) throws IOException {
        double under = 0;
        double by = 0;
        for (int i = 0; i < SLICES; i++) {
            if (i % 2 == 0) {
                under += berth.burst(sliceMillis);
                by += alone.burst(sliceMillis);
            } else {
                by += alone.burst(sliceMillis);
                under += berth.burst(sliceMillis);
            }
        }
        ratios.add(under / by);
        System.out.printf(
                "pair %2d: berth %.0f/s, alone %.0f/s, ratio %.3f%n",
                ratios.size(), under / SLICES, by / SLICES, under / by);
    }
}
