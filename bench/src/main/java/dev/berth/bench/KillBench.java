package dev.berth.bench;

import dev.berth.examples.SampleServer;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// `kill -9` of workers under load: each failed request must have been on a connection that the
/// killed process had accepted; see [StoppedProcess] for how that is known.
final class KillBench {
    private static final Duration LOAD_BETWEEN_KILLS = Duration.ofMillis(300);
    private static final List<String> SERVERS =
            List.of("python-accept", "python-http", "node-http", "java-socket", "nginx");

    private final BenchEnvironment bench;
    private final ColumnPrinter table =
            new ColumnPrinter(
                    "server          ",
                    " kills",
                    " requests",
                    " accepted",
                    " waiting",
                    " failed",
                    " explained",
                    " refused",
                    " timed out",
                    " slowest",
                    "result ");

    /// The data for one row.
    private static final class Kills {
        private final List<StoppedProcess> stopped = new ArrayList<>();
        private LoadResult result = LoadResult.none();

        long explained() {
            return result.realFailures().stream().filter(this::explains).count();
        }

        boolean explains(FailedRequest failure) {
            return stopped.stream().anyMatch(kill -> kill.explains(failure));
        }
    }

    private KillBench(BenchEnvironment bench) {
        this.bench = bench;
    }

    /// Runs `kill`.
    static boolean run(BenchEnvironment bench) throws IOException {
        var command = new KillBench(bench);
        boolean good = true;
        for (SampleServer server : bench.options().servers(SERVERS)) {
            good &= command.row(server);
        }
        return good;
    }

    private boolean row(SampleServer server) throws IOException {
        int port = BenchEnvironment.freePort(1);
        int workers = bench.options().number("workers", 3);
        var failures = new CheckFailures();
        var kills = new Kills();
        List<String> command = bench.command(server, port, 0);
        failures.check(bench.missing(server).isEmpty(), "missing: " + bench.missing(server));
        BerthRun.check(
                bench,
                bench.setup("kill-" + server.name(), port, workers, List.of(), command),
                failures,
                berth -> {
                    kill(berth, port, workers, kills);
                    judge(kills, failures);
                });
        print(server, kills, failures);
        return failures.printReasons();
    }

    private void kill(BerthRun berth, int port, int workers, Kills kills) throws IOException {
        LoadPlan plan =
                LoadPlan.defaults(port)
                        .withClients(bench.options().number("clients", 24))
                        .withRate(bench.options().number("rate", 3_000));
        try (Load load = Load.start(plan)) {
            for (int i = 0; i < bench.options().number("kills", 20); i++) {
                StatusReport status = berth.awaitReady(workers);
                Waits.pause(LOAD_BETWEEN_KILLS);
                StoppedProcess worker = StoppedProcess.of(status.workers().get(i % workers), port);
                worker.kill();
                kills.stopped.add(worker);
                berth.awaitNext(status, i % workers);
            }
            berth.awaitReady(workers);
            kills.result = load.finish();
        }
    }

    private static void judge(Kills kills, CheckFailures failures) {
        LoadResult result = kills.result;
        failures.check(result.count(Outcome.REFUSED) == 0, "refused connections");
        failures.check(timedOut(result) == 0, "requests that timed out");
        for (FailedRequest failure : result.realFailures()) {
            failures.check(kills.explains(failure), "not explained by a kill: " + failure);
        }
        failures.check(result.count(Outcome.OK) > 0, "no request was served");
    }

    private static long timedOut(LoadResult result) {
        return result.count(Outcome.CONNECT_TIMEOUT) + result.count(Outcome.READ_TIMEOUT);
    }

    private void print(SampleServer server, Kills kills, CheckFailures failures) {
        LoadResult result = kills.result;
        table.row(
                server.name(),
                kills.stopped.size(),
                result.requests(),
                kills.stopped.stream().mapToInt(kill -> kill.clientPorts().size()).sum(),
                kills.stopped.stream().mapToLong(StoppedProcess::waiting).sum(),
                result.failed(),
                kills.explained(),
                result.count(Outcome.REFUSED),
                timedOut(result),
                "%.0f".formatted(result.latencies().millis(1)),
                failures.word());
    }
}
