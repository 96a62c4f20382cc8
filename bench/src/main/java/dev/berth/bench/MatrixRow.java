package dev.berth.bench;

import dev.berth.bench.BerthRun.Setup;
import dev.berth.bench.Shell.Ended;
import dev.berth.examples.SampleServer;
import dev.berth.examples.SampleServer.Need;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// One server with one number of workers: the first requests, the rolls, and what is left behind.
final class MatrixRow {
    private static final int FIRST_REQUESTS = 200;

    private final BenchEnvironment bench;
    private final SampleServer server;
    private final int workers;
    private final int port;
    private final CheckFailures failures = new CheckFailures();
    private final List<Double> rollSeconds = new ArrayList<>();
    private LoadResult result = LoadResult.none();
    private int served;

    MatrixRow(BenchEnvironment bench, SampleServer server, int workers) throws IOException {
        this.bench = bench;
        this.server = server;
        this.workers = workers;
        this.port = BenchEnvironment.freePort(1 + workers);
    }

    /// Makes the measurement; problems are recorded in the verdict.
    void measure() throws IOException {
        List<String> missing = bench.missing(server);
        if (!missing.isEmpty()) {
            failures.check(false, "not installed: " + String.join(", ", missing));
            return;
        }
        BerthRun.check(
                bench,
                setup(),
                failures,
                berth -> {
                    spread(berth);
                    rolls(berth);
                });
    }

    private Setup setup() {
        List<String> options =
                server.needs(Need.PRIVATE_PORT)
                        ? List.of("--private", Integer.toString(port + 1))
                        : List.of();
        List<String> command = bench.command(server, port, port + 1);
        return bench.setup("matrix-" + server.name(), port, workers, options, command);
    }

    /// Makes the first requests: none fails, and each slot answers some.
    private void spread(BerthRun berth) throws IOException {
        LoadPlan plan = LoadPlan.defaults(port).withClients(4);
        LoadResult first = Load.run(plan.withBounds(Duration.ofSeconds(60), FIRST_REQUESTS));
        failures.noneFailed("of the first " + FIRST_REQUESTS, first);
        Set<Integer> slots = Set.copyOf(berth.status().workers());
        Map<Integer, Long> bySlot = new HashMap<>();
        ProcFs.rootsOf(first.served().keySet(), slots)
                .forEach((pid, slot) -> bySlot.merge(slot, first.served().get(pid), Long::sum));
        served = bySlot.size();
        failures.check(
                served == workers,
                "workers " + slots + " answered " + bySlot + ", by pid " + first.served());
    }

    private void rolls(BerthRun berth) throws IOException {
        try (Load load = Load.start(plan())) {
            int wanted = bench.options().number("rolls", 20);
            while (rollSeconds.size() < wanted && roll(berth)) {
                // Each roll is checked and timed as it is made.
            }
            failures.check(berth.status().ready(workers), "not all ready after the last roll");
            result = load.finish();
        }
        failures.noneFailed("while rolling", result);
    }

    private LoadPlan plan() {
        return LoadPlan.defaults(port)
                .withClients(bench.options().number("clients", 8))
                .withRequestsPerConnection(bench.options().number("keepalive", 1))
                .withRate(bench.options().number("rate", 3_000));
    }

    private boolean roll(BerthRun berth) throws IOException {
        Ended ended = berth.call("roll");
        rollSeconds.add(ended.millis() / 1_000.0);
        boolean good = ended.code() == 0;
        failures.check(good, "roll exited " + ended.code() + ": " + ended.errors().strip());
        return good;
    }

    /// Prints the row, followed by the reasons if it failed. Returns whether it is good.
    boolean print(ColumnPrinter table) {
        Latencies latencies = result.latencies();
        table.row(
                server.name(),
                workers,
                served + "/" + workers,
                rollSeconds.size(),
                result.requests(),
                result.failed(),
                result.count(Outcome.IDLE_CLOSED),
                "%.1f".formatted(latencies.millis(0.5)),
                "%.1f".formatted(latencies.millis(0.99)),
                "%.0f".formatted(latencies.millis(1)),
                "%.2f".formatted(Statistics.median(rollSeconds)),
                failures.word());
        return failures.printReasons();
    }
}
