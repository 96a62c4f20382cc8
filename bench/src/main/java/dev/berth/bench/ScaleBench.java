package dev.berth.bench;

import dev.berth.bench.BerthRun.Setup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// `scale` up and down under load fails no request; and without any worker for longer than
/// `--give-up`, clients are refused at once until a worker is back.
final class ScaleBench {
    private static final Duration GIVE_UP = Duration.ofSeconds(2);
    private static final Duration GIVE_UP_DEADLINE = GIVE_UP.plusSeconds(10);
    private static final int WORKERS = 2;
    private static final int PROBES = 20;
    private static final double AT_ONCE_MILLIS = 500;

    private final BenchEnvironment bench;
    private final int port;

    private ScaleBench(BenchEnvironment bench) throws IOException {
        this.bench = bench;
        this.port = BenchEnvironment.freePort(1);
    }

    /// Runs `scale`.
    static boolean run(BenchEnvironment bench) throws IOException {
        var command = new ScaleBench(bench);
        boolean scaled = command.scale().print("scale 2-6-1");
        return command.noWorker().print("no worker at all") && scaled;
    }

    private CheckFailures scale() throws IOException {
        var failures = new CheckFailures();
        Setup setup = bench.setup("scale", port, WORKERS, List.of(), command());
        BerthRun.check(bench, setup, failures, berth -> scale(berth, failures));
        return failures;
    }

    private void scale(BerthRun berth, CheckFailures failures) throws IOException {
        LoadPlan plan = LoadPlan.defaults(port).withRate(bench.options().number("rate", 3_000));
        try (Load load = Load.start(plan)) {
            for (int round = 0; round < bench.options().number("rounds", 3); round++) {
                for (int count : List.of(6, 1, 2)) {
                    berth.change("scale", Integer.toString(count));
                    berth.awaitReady(count);
                }
            }
            LoadResult result = load.finish();
            failures.noneFailed("while scaling", result);
            System.out.printf(
                    "%d requests, %d failed, slowest %.0f ms%n",
                    result.requests(), result.failed(), result.latencies().millis(1));
        }
    }

    private CheckFailures noWorker() throws IOException {
        var failures = new CheckFailures();
        Path broken = bench.scratch().resolve("broken");
        List<String> options = List.of("--give-up", GIVE_UP.toSeconds() + "s");
        List<String> command = unless(broken, command());
        Setup setup = bench.setup("give-up", port, WORKERS, options, command);
        BerthRun.check(bench, setup, failures, berth -> noWorker(berth, broken, failures));
        Files.deleteIfExists(broken);
        return failures;
    }

    private void noWorker(BerthRun berth, Path broken, CheckFailures failures) throws IOException {
        Files.createFile(broken);
        Shell.signal("KILL", berth.status().workers());
        failures.check(
                Waits.holds(GIVE_UP_DEADLINE, () -> one().count(Outcome.REFUSED) == 1),
                "not refused within " + GIVE_UP_DEADLINE.toSeconds() + " s without a worker");
        LoadResult refused = probes();
        failures.check(
                refused.count(Outcome.REFUSED) == PROBES, "not all refused: " + refused.counts());
        failures.check(
                slowestMillis(refused) < AT_ONCE_MILLIS,
                "refused only after " + slowestMillis(refused) + " ms");
        Files.delete(broken);
        berth.awaitReady(WORKERS);
        failures.noneFailed("after the workers were back", probes());
    }

    private static double slowestMillis(LoadResult result) {
        return result.failures().stream()
                        .mapToLong(failure -> failure.failedNanos() - failure.openedNanos())
                        .max()
                        .orElse(0)
                / 1e6;
    }

    /// Makes one request; a connection waiting in a queue soon counts as a time-out.
    private LoadResult one() {
        return Load.run(probe().withClients(1).withBounds(Duration.ofSeconds(10), 1));
    }

    private LoadResult probes() {
        return Load.run(probe().withClients(2).withBounds(Duration.ofSeconds(30), PROBES));
    }

    private LoadPlan probe() {
        return LoadPlan.defaults(port).withLimits(LoadLimits.defaults().withTimeouts(1_000, 3_000));
    }

    private List<String> command() {
        return bench.command(bench.options().server("python-http"), port, 0);
    }

    /// `command`, which exits at once with code 1 while the file `broken` exists.
    private static List<String> unless(Path broken, List<String> command) {
        List<String> words = new ArrayList<>();
        words.addAll(List.of("sh", "-c", "test ! -e \"$0\" || exit 1; exec \"$@\""));
        words.add(broken.toString());
        words.addAll(command);
        return words;
    }
}
