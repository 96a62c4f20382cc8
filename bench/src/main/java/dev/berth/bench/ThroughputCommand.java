package dev.berth.bench;

import dev.berth.bench.Supervised.Setup;
import dev.berth.examples.SampleServer;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Requests a second under `berth run` against the same processes sharing a port by themselves,
/// with SO_REUSEPORT: kept connections, the same number to each worker, measured in turn, in pairs.
///
/// Fresh processes are taken every few pairs, so that the luck of one JVM does not decide.
final class ThroughputCommand {
    private static final Duration START_DEADLINE = Duration.ofSeconds(60);
    private static final double LEAST_RATIO = 0.95;
    private static final long WARM_UP_MILLIS = 2_000;
    private static final int WORKERS = 2;
    private static final int SLICES = 10;
    private static final int PAIRS_A_START = 5;

    private final Workshop shop;
    private final Arguments arguments;
    private final SampleServer server;
    private final List<Double> ratios = new ArrayList<>();

    private ThroughputCommand(Workshop shop, Arguments arguments) {
        this.shop = shop;
        this.arguments = arguments;
        this.server = arguments.server("java-reuseport");
    }

    /// Runs `throughput`; the exit code.
    static int run(List<String> words) throws IOException {
        Arguments arguments =
                Arguments.parse(
                        words,
                        Set.of("unprivileged"),
                        Set.of("server", "pairs", "millis", "connections"));
        try (Workshop shop = Workshop.open(arguments.has("unprivileged"))) {
            return new ThroughputCommand(shop, arguments).measure() ? 0 : 1;
        }
    }

    private boolean measure() throws IOException {
        int pairs = arguments.number("pairs", 15);
        while (ratios.size() < pairs) {
            start(Math.min(PAIRS_A_START, pairs - ratios.size()));
        }
        long seed = System.nanoTime();
        Numbers.Interval ratio = Numbers.ratio(ratios, seed);
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

    private void start(int pairs) throws IOException {
        int port = Workshop.freePort(1);
        int own = Workshop.freePort(1);
        var setup =
                new Setup(
                        Workshop.unique("throughput"),
                        port,
                        WORKERS,
                        arguments.rest(),
                        shop.command(server, port, 0));
        List<Process> alone = new ArrayList<>();
        try (Supervised berth = Supervised.start(shop, setup)) {
            berth.awaitReady(WORKERS);
            for (int i = 0; i < WORKERS; i++) {
                alone.add(
                        shop.builder(inSession(shop.command(server, own, 0)))
                                .redirectOutput(Redirect.DISCARD)
                                .redirectError(Redirect.DISCARD)
                                .start());
            }
            awaitListeners(own);
            pairs(port, own, pairs);
            berth.stop();
        } finally {
            alone.forEach(Process::destroyForcibly);
        }
    }

    /// A session of its own, as Berth gives to its workers: where the kernel groups processes by
    /// session for scheduling, sharing this program's would give the two sides unequal CPU.
    private static List<String> inSession(List<String> command) {
        List<String> words = new ArrayList<>(List.of("setsid"));
        words.addAll(command);
        return words;
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

    private void pairs(int port, int own, int pairs) throws IOException {
        int each = arguments.number("connections", 4);
        long millis = arguments.number("millis", 2_000);
        try (PingPongs berth = PingPongs.open(port, WORKERS, each);
                PingPongs alone = PingPongs.open(own, WORKERS, each)) {
            berth.burst(WARM_UP_MILLIS);
            alone.burst(WARM_UP_MILLIS);
            for (int i = 0; i < pairs; i++) {
                pair(berth, alone, millis / SLICES);
            }
        }
    }

    /// Measures both sides in short slices in turn, so that what else the machine does meanwhile
    /// falls on both; each side begins in half of the slices.
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
