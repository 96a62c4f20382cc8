package dev.berth.bench;

import dev.berth.bench.BerthRun.Setup;
import dev.berth.sys.CurrentJvm;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Measures what the dispatcher costs: connections per second through it, compared with the same
/// workers accepting by themselves in a group, and with Node's cluster; and how a thousand silent
/// clients affect the others.
final class DispatchBench {
    private static final double LEAST_OF_DIRECT = 0.85;
    private static final double LEAST_OF_NODE = 2;
    private static final double MOST_SLOWER = 1.5;
    private static final int WORKERS = 2;
    private static final int WORKER_THREADS = 4;
    private static final int CLIENTS = 16;
    private static final int SLICES = 10;
    private static final int SILENT = 1_000;

    /// Long enough for the JIT to compile the hot code on all sides.
    private static final long WARM_UP_MILLIS = 30_000;

    private static final String ANSWERS = "dev.berth.bench.MinimalWorker";
    private static final String SERVES = "dev.berth.examples.worker.HttpWorker";
    private static final Duration START_DEADLINE = Duration.ofSeconds(30);

    private final BenchEnvironment bench;
    private final CheckFailures failures = new CheckFailures();

    private DispatchBench(BenchEnvironment bench) {
        this.bench = bench;
    }

    /// Runs `dispatch`.
    static boolean run(BenchEnvironment bench) throws IOException {
        var command = new DispatchBench(bench);
        List<String> checks = bench.options().list("checks", List.of("accepts", "silent"));
        if (checks.contains("accepts")) {
            command.accepts();
        }
        if (checks.contains("silent")) {
            command.silent();
        }
        return command.failures.printReasons();
    }

    private int pairs() {
        return bench.options().number("pairs", 5);
    }

    /// Uses fresh processes for every round; the three sides take turns in short slices.
    private void accepts() throws IOException {
        List<Double> ofDirect = new ArrayList<>();
        List<Double> ofNode = new ArrayList<>();
        for (int round = 0; round < pairs() && failures.holds(); round++) {
            int direct = BenchEnvironment.freePort(1);
            int passed = BenchEnvironment.freePort(1);
            int node = BenchEnvironment.freePort(1);
            BerthRun.check(
                    bench,
                    setup("direct", direct, List.of()),
                    failures,
                    one ->
                            BerthRun.check(
                                    bench,
                                    setup("passed", passed, List.of("--share", "dispatch")),
                                    failures,
                                    other -> {
                                        double[] rates = rates(direct, passed, node);
                                        ofDirect.add(rates[1] / rates[0]);
                                        ofNode.add(rates[1] / rates[2]);
                                    }));
        }
        check("dispatched / direct", ofDirect, LEAST_OF_DIRECT);
        check("dispatched / node cluster", ofNode, LEAST_OF_NODE);
    }

    private void check(String what, List<Double> ratios, double least) {
        double median = Statistics.median(ratios);
        System.out.printf(
                "%s: median %.3f of %s, at least %.2f: %s%n",
                what, median, rounded(ratios), least, median >= least ? "ok" : "FAILED");
        failures.check(median >= least, what + " is " + median);
    }

    private static List<String> rounded(List<Double> ratios) {
        return ratios.stream().map("%.3f"::formatted).toList();
    }

    private Setup setup(String kind, int port, List<String> options) {
        List<String> worker = new ArrayList<>(worker(ANSWERS, port));
        worker.add(Integer.toString(bench.options().number("threads", WORKER_THREADS)));
        return bench.setup(kind, port, WORKERS, options, worker);
    }

    private List<String> worker(String main, int port) {
        String classes =
                Stream.of("bench", "examples", "worker")
                        .map(module -> bench.root().resolve(module + "/target/classes"))
                        .map(Path::toString)
                        .collect(Collectors.joining(":"));
        return List.of(
                CurrentJvm.java().toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
                "-cp",
                classes,
                main,
                Integer.toString(port));
    }

    /// Connections per second on each side.
    private double[] rates(int direct, int passed, int node) throws IOException {
        Process cluster = cluster(node);
        try {
            int[] ports = {direct, passed, node};
            double[] rates = new double[ports.length];
            for (int port : ports) {
                burst(port, WARM_UP_MILLIS);
            }
            long slice = bench.options().number("millis", 10_000) / SLICES;
            for (int i = 0; i < SLICES * ports.length; i++) {
                int side = (i + i / ports.length) % ports.length;
                rates[side] += burst(ports[side], slice) / SLICES;
            }
            System.out.printf(
                    "direct %.0f/s, dispatched %.0f/s, node cluster %.0f/s%n",
                    rates[0], rates[1], rates[2]);
            return rates;
        } finally {
            end(cluster);
        }
    }

    private static double burst(int port, long millis) throws IOException {
        return Burst.perSecond(
                IntStream.range(0, CLIENTS)
                        .mapToObj(
                                client ->
                                        new ShortConnection(
                                                ConcurrentRequests.client(client), port))
                        .toList(),
                millis);
    }

    private Process cluster(int port) throws IOException {
        String script = bench.root().resolve("examples/servers/node/cluster.js").toString();
        String workers = Integer.toString(WORKERS);
        Process process =
                bench.service(List.of("node", script, Integer.toString(port), workers))
                        .redirectOutput(Redirect.DISCARD)
                        .redirectError(Redirect.DISCARD)
                        .start();
        Waits.until(START_DEADLINE, () -> answers(port), () -> "node cluster does not answer");
        return process;
    }

    private static boolean answers(int port) {
        try {
            return OneShot.pid(port) > 0;
        } catch (IOException notYet) {
            return false;
        }
    }

    private static void end(Process process) {
        process.destroy();
        try {
            process.waitFor();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /// Applies the same load without and with silent clients, in turn, to the same processes.
    private void silent() throws IOException {
        int port = BenchEnvironment.freePort(1);
        Path file = bench.scratch().resolve("berth.toml");
        Files.writeString(file, configuration(port));
        List<Double> ratios = new ArrayList<>();
        Process berth = start(file);
        try {
            Waits.until(START_DEADLINE, () -> answers(port), () -> "no answer through " + file);
            load(port, WARM_UP_MILLIS);
            for (int pair = 0; pair < pairs(); pair++) {
                double alone = p99(port);
                try (SilentClients clients = SilentClients.of(port, SILENT)) {
                    double beside = p99(port);
                    failures.check(clients.allOpen(), "silent clients were closed");
                    ratios.add(beside / alone);
                    System.out.printf(
                            "p99 %.2f ms alone, %.2f ms with silent clients%n", alone, beside);
                }
            }
        } finally {
            end(berth);
        }
        double median = Statistics.median(ratios);
        System.out.printf(
                "p99 with %d silent clients / alone: median %.3f of %s, at most %.1f: %s%n",
                SILENT,
                median,
                rounded(ratios),
                MOST_SLOWER,
                median <= MOST_SLOWER ? "ok" : "FAILED");
        failures.check(median <= MOST_SLOWER, "silent clients cost too much: " + median);
    }

    private Process start(Path file) throws IOException {
        return bench.service(List.of(bench.berth(), "run", "-f", file.toString()))
                .redirectErrorStream(true)
                .redirectOutput(bench.scratch().resolve("silent.log").toFile())
                .start();
    }

    /// Configures a service whose connections are routed by what the client sends.
    private String configuration(int port) {
        String words =
                worker(SERVES, port).stream()
                        .map("\"%s\""::formatted)
                        .collect(Collectors.joining(", "));
        return """
        listen = ["tcp://127.0.0.1:%d"]

        [service.web]
        command = [%s]
        workers = %d
        routes = [{ host = "localhost" }]
        """
                .formatted(port, words, WORKERS);
    }

    private double p99(int port) {
        return load(port, bench.options().number("seconds", 3) * 1_000L).millis(0.99);
    }

    private Latencies load(int port, long millis) {
        OpenLoop.Result result = OpenLoop.run(port, bench.options().number("rate", 1_000), millis);
        failures.check(result.failures().isEmpty(), "failed: " + result.failures());
        return result.latencies();
    }
}
