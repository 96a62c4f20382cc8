package dev.berth.bench;

import dev.berth.bench.Supervised.Setup;
import dev.berth.examples.SampleServer;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// `kill -9` of workers under load: each failed request must have been on a connection that the
/// killed process had accepted; see [Frozen] for how that is known.
final class KillCommand {
    private static final Duration LOAD_BETWEEN_KILLS = Duration.ofMillis(300);
    private static final List<String> SERVERS =
            List.of("python-accept", "python-http", "node-http", "java-socket", "nginx");

    private final Workshop shop;
    private final Arguments arguments;
    private final Table table =
            new Table(
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
        private final List<Frozen> frozen = new ArrayList<>();
        private LoadResult result = LoadResult.none();

        long explained() {
            return result.realFailures().stream().filter(this::explains).count();
        }

        boolean explains(Failure failure) {
            return frozen.stream().anyMatch(kill -> kill.explains(failure));
        }
    }

    private KillCommand(Workshop shop, Arguments arguments) {
        this.shop = shop;
        this.arguments = arguments;
    }

    /// Runs `kill` and returns the exit code.
    static int run(List<String> words) throws IOException {
        Arguments arguments =
                Arguments.parse(
                        words,
                        Set.of("unprivileged"),
                        Set.of("servers", "kills", "workers", "clients", "rate"));
        try (Workshop shop = Workshop.open(arguments.has("unprivileged"))) {
            var command = new KillCommand(shop, arguments);
            boolean good = true;
            for (SampleServer server : arguments.servers(SERVERS)) {
                good &= command.row(server);
            }
            return good ? 0 : 1;
        }
    }

    private boolean row(SampleServer server) throws IOException {
        int port = Workshop.freePort(1);
        int workers = arguments.number("workers", 3);
        var verdict = new Verdict();
        var kills = new Kills();
        String name = Workshop.unique("kill-" + server.name());
        List<String> command = shop.command(server, port, 0);
        verdict.check(shop.missing(server).isEmpty(), "missing: " + shop.missing(server));
        Supervised.check(
                shop,
                new Setup(name, port, workers, arguments.rest(), command),
                verdict,
                berth -> {
                    kill(berth, port, workers, kills);
                    judge(kills, verdict);
                });
        print(server, kills, verdict);
        return verdict.holds();
    }

    private void kill(Supervised berth, int port, int workers, Kills kills) throws IOException {
        LoadPlan plan =
                LoadPlan.defaults(port)
                        .withClients(arguments.number("clients", 24))
                        .withRate(arguments.number("rate", 3_000));
        try (Load load = Load.start(plan)) {
            for (int i = 0; i < arguments.number("kills", 20); i++) {
                Status status = berth.awaitReady(workers);
                Waits.pause(LOAD_BETWEEN_KILLS);
                Frozen worker = Frozen.of(status.workers().get(i % workers), port);
                worker.kill();
                kills.frozen.add(worker);
                berth.awaitNext(status, i % workers);
            }
            berth.awaitReady(workers);
            kills.result = load.finish();
        }
    }

    private static void judge(Kills kills, Verdict verdict) {
        LoadResult result = kills.result;
        verdict.check(result.count(Outcome.REFUSED) == 0, "refused connections");
        verdict.check(timedOut(result) == 0, "requests that timed out");
        for (Failure failure : result.realFailures()) {
            verdict.check(kills.explains(failure), "not explained by a kill: " + failure);
        }
        verdict.check(result.count(Outcome.OK) > 0, "no request was served");
    }

    private static long timedOut(LoadResult result) {
        return result.count(Outcome.CONNECT_TIMEOUT) + result.count(Outcome.READ_TIMEOUT);
    }

    private void print(SampleServer server, Kills kills, Verdict verdict) {
        LoadResult result = kills.result;
        table.row(
                server.name(),
                kills.frozen.size(),
                result.requests(),
                kills.frozen.stream().mapToInt(kill -> kill.clientPorts().size()).sum(),
                kills.frozen.stream().mapToLong(Frozen::waiting).sum(),
                result.failed(),
                kills.explained(),
                result.count(Outcome.REFUSED),
                timedOut(result),
                "%.0f".formatted(result.latencies().millis(1)),
                verdict.word());
        Table.reasons(verdict.reasons());
    }
}
