package dev.berth.bench;

import dev.berth.bench.BerthRun.Setup;
import dev.berth.bench.Shell.Ended;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Rolls to bad versions under load: each roll fails with exit 1 and the right reason, the old
/// workers stay in service, and no request fails except those that a dying version had accepted.
final class BadRollBench {
    private static final int WORKERS = 2;
    private static final int CLIENTS = 8;
    private static final int TRIES = 20;
    private static final long LEAST_REQUESTS = 10_000;

    private final BenchEnvironment bench;
    private final ColumnPrinter table =
            new ColumnPrinter(
                    "server    ",
                    "version  ",
                    " tries",
                    " right reason",
                    "exit codes",
                    " requests",
                    " failed",
                    " median s",
                    "result");

    private BadRollBench(BenchEnvironment bench) {
        this.bench = bench;
    }

    /// Runs `badroll`.
    static boolean run(BenchEnvironment bench) throws IOException {
        boolean good = true;
        BadRollBench command = new BadRollBench(bench);
        List<String> all = BadRollServer.all().stream().map(BadRollServer::name).toList();
        List<String> wanted = bench.options().list("servers", all);
        for (BadRollServer server : BadRollServer.all()) {
            if (wanted.contains(server.name())) {
                good &= command.server(server);
            }
        }
        return good;
    }

    private boolean server(BadRollServer server) throws IOException {
        int port = BenchEnvironment.freePort(0);
        CheckFailures whole = new CheckFailures();
        List<String> options = List.of("--start-timeout", "15s");
        List<String> command = server.words(bench, "good", "0.0.0.0", port);
        Setup setup = bench.setup("badroll-" + server.name(), port, WORKERS, options, command);
        BerthRun.check(bench, setup, whole, berth -> versions(server, berth, port, whole));
        return whole.printReasons();
    }

    private void versions(BadRollServer server, BerthRun berth, int port, CheckFailures whole)
            throws IOException {
        List<String> all = Arrays.stream(BadVersion.values()).map(BadVersion::word).toList();
        long requests = 0;
        for (BadVersion version : BadVersion.values()) {
            if (bench.options().list("versions", all).contains(version.word())) {
                requests += version(server, version, berth, port, whole);
            }
        }
        boolean few =
                bench.options().number("tries", TRIES) < TRIES || bench.options().has("versions");
        whole.check(
                few || requests >= LEAST_REQUESTS,
                requests + " requests are fewer than " + LEAST_REQUESTS);
    }

    /// Makes all tries with one version and returns the number of requests.
    private long version(
            BadRollServer server, BadVersion version, BerthRun berth, int port, CheckFailures whole)
            throws IOException {
        CheckFailures failures = new CheckFailures();
        List<Ended> tries = new ArrayList<>();
        LoadResult result;
        try (Load load = Load.start(plan(port))) {
            List<Integer> before = berth.status().workers();
            for (int i = 0; i < bench.options().number("tries", TRIES); i++) {
                tries.add(roll(berth, version.command(server, bench, port)));
                failures.check(berth.status().workers().equals(before), "other workers serve");
            }
            result = load.finish();
        }
        judge(version, tries, result, failures);
        row(server, version, tries, result, failures);
        whole.check(failures.holds(), server.name() + ", " + version.word());
        return result.requests();
    }

    private LoadPlan plan(int port) {
        return LoadPlan.defaults(port)
                .withClients(CLIENTS)
                .withRate(bench.options().number("rate", 300));
    }

    private static Ended roll(BerthRun berth, List<String> command) throws IOException {
        List<String> words = new ArrayList<>(List.of("--"));
        words.addAll(command);
        return berth.call("roll", words.toArray(String[]::new));
    }

    /// A dying version had accepted at most one connection of each client.
    private static void judge(
            BadVersion version, List<Ended> tries, LoadResult result, CheckFailures failures) {
        for (Ended ended : tries) {
            failures.check(ended.code() == 1, "exit " + ended.code() + ": " + ended.errors());
            failures.check(version.explains(ended.errors()), "reason: " + ended.errors());
        }
        if (!version.loses()) {
            failures.noneFailed("under rolls to " + version.word(), result);
            return;
        }
        long inWork =
                result.count(Outcome.EOF_BEFORE_ANSWER)
                        + result.count(Outcome.EOF_MID_ANSWER)
                        + result.count(Outcome.RESET_BEFORE_ANSWER)
                        + result.count(Outcome.RESET_MID_ANSWER);
        long most = (long) CLIENTS * tries.size();
        failures.check(
                result.failed() == inWork && inWork <= most,
                "failed, at most " + most + " in progress may: " + result.failedByClass());
    }

    private void row(
            BadRollServer server,
            BadVersion version,
            List<Ended> tries,
            LoadResult result,
            CheckFailures failures) {
        Map<Integer, Long> codes =
                tries.stream()
                        .collect(
                                Collectors.groupingBy(
                                        Ended::code, TreeMap::new, Collectors.counting()));
        List<Double> seconds = tries.stream().map(ended -> ended.millis() / 1_000.0).toList();
        table.row(
                server.name(),
                version.word(),
                tries.size(),
                tries.stream().filter(ended -> version.explains(ended.errors())).count(),
                codes,
                result.requests(),
                result.failed(),
                "%.1f".formatted(Statistics.median(seconds)),
                failures.word());
        failures.printReasons();
    }
}
