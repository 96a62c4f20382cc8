package dev.berth.bench;

import dev.berth.bench.Supervised.Setup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// `scale` up and down under load fails no request; and without any worker for longer than
/// `--give-up`, clients are refused at once until a worker is back.
final class ScaleCommand {
    private static final Duration GIVE_UP = Duration.ofSeconds(2);
    private static final Duration GIVE_UP_DEADLINE = GIVE_UP.plusSeconds(10);
    private static final int WORKERS = 2;
    private static final int PROBES = 20;
    private static final double AT_ONCE_MILLIS = 500;

    private final Workshop shop;
    private final Arguments arguments;
    private final int port;

    private ScaleCommand(Workshop shop, Arguments arguments) throws IOException {
        this.shop = shop;
        this.arguments = arguments;
        this.port = Workshop.freePort(1);
    }

    /// Runs `scale` and returns the exit code.
    static int run(List<String> words) throws IOException {
        Arguments arguments =
                Arguments.parse(words, Set.of("unprivileged"), Set.of("server", "rounds", "rate"));
        try (Workshop shop = Workshop.open(arguments.has("unprivileged"))) {
            var command = new ScaleCommand(shop, arguments);
            boolean scaled = report("scale 2-6-1", command.scale());
            return report("no worker at all", command.noWorker()) && scaled ? 0 : 1;
        }
    }

    private static boolean report(String what, Verdict verdict) {
        System.out.println(what + ": " + verdict.word());
        Table.reasons(verdict.reasons());
        return verdict.holds();
    }

    private Verdict scale() throws IOException {
        var verdict = new Verdict();
        Setup setup = setup("scale", List.of(), command());
        Supervised.check(shop, setup, verdict, berth -> scale(berth, verdict));
        return verdict;
    }

    private void scale(Supervised berth, Verdict verdict) throws IOException {
        LoadPlan plan = LoadPlan.defaults(port).withRate(arguments.number("rate", 3_000));
        try (Load load = Load.start(plan)) {
            for (int round = 0; round < arguments.number("rounds", 3); round++) {
                for (int count : List.of(6, 1, 2)) {
                    berth.change("scale", Integer.toString(count));
                    berth.awaitReady(count);
                }
            }
            LoadResult result = load.finish();
            verdict.noneFailed("while scaling", result);
            System.out.printf(
                    "%d requests, %d failed, slowest %.0f ms%n",
                    result.requests(), result.failed(), result.latencies().millis(1));
        }
    }

    private Verdict noWorker() throws IOException {
        var verdict = new Verdict();
        Path broken = shop.scratch().resolve("broken");
        List<String> options = List.of("--give-up", GIVE_UP.toSeconds() + "s");
        Setup setup = setup("give-up", options, unless(broken, command()));
        Supervised.check(shop, setup, verdict, berth -> noWorker(berth, broken, verdict));
        Files.deleteIfExists(broken);
        return verdict;
    }

    private void noWorker(Supervised berth, Path broken, Verdict verdict) throws IOException {
        Files.createFile(broken);
        Shell.signal("KILL", berth.status().workers());
        verdict.check(
                Waits.holds(GIVE_UP_DEADLINE, () -> one().count(Outcome.REFUSED) == 1),
                "not refused within " + GIVE_UP_DEADLINE.toSeconds() + " s without a worker");
        LoadResult refused = probes();
        verdict.check(
                refused.count(Outcome.REFUSED) == PROBES, "not all refused: " + refused.counts());
        verdict.check(
                slowestMillis(refused) < AT_ONCE_MILLIS,
                "refused only after " + slowestMillis(refused) + " ms");
        Files.delete(broken);
        berth.awaitReady(WORKERS);
        verdict.noneFailed("after the workers were back", probes());
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
        return LoadPlan.defaults(port).withLimits(Limits.defaults().withTimeouts(1_000, 3_000));
    }

    private List<String> command() {
        return shop.command(arguments.server("python-http"), port, 0);
    }

    /// `command`, which exits at once with code 1 while the file `broken` exists.
    private static List<String> unless(Path broken, List<String> command) {
        List<String> words = new ArrayList<>();
        words.addAll(List.of("sh", "-c", "test ! -e \"$0\" || exit 1; exec \"$@\""));
        words.add(broken.toString());
        words.addAll(command);
        return words;
    }

    private Setup setup(String kind, List<String> options, List<String> command) {
        List<String> all = new ArrayList<>(arguments.rest());
        all.addAll(options);
        return new Setup(Workshop.unique(kind), port, WORKERS, all, command);
    }
}
