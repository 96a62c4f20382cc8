package dev.berth.bench;

import dev.berth.bench.ClientConnection.IncidentException;
import dev.berth.examples.SampleServer;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

/// Rolls under keep-alive clients, with servers that shut down gracefully. No request fails, apart
/// from connections found closed between two requests. A roll waits for busy connections of the
/// slot being replaced and, for as long as `--idle` says, for idle ones, but not for those of other
/// slots.
final class KeepAliveBench {
    private static final List<String> SERVERS = List.of("node-graceful", "java-httpserver");
    private static final int WORKERS = 2;
    private static final int SLOW_MILLIS = 6_000;
    private static final double SLACK_SECONDS = 3;

    /// The default of `--idle`: how long a slot waits for a connection that has just been used.
    private static final double IDLE_SECONDS = 5;

    private final BenchEnvironment bench;
    private final int port;
    private final CheckFailures failures = new CheckFailures();

    private KeepAliveBench(BenchEnvironment bench) throws IOException {
        this.bench = bench;
        this.port = BenchEnvironment.freePort(1);
    }

    /// Runs `keepalive`.
    static boolean run(BenchEnvironment bench) throws IOException {
        boolean good = true;
        for (SampleServer server : bench.options().servers(SERVERS)) {
            good &= new KeepAliveBench(bench).row(server);
        }
        return good;
    }

    private boolean row(SampleServer server) {
        String name = server.name();
        List<String> command = bench.command(server, port, 0);
        BerthRun.check(
                bench,
                bench.setup("keepalive-" + name, port, WORKERS, List.of(), command),
                failures,
                berth -> {
                    loaded(name, berth);
                    held(name, berth);
                });
        return failures.print(name);
    }

    private void loaded(String server, BerthRun berth) throws IOException {
        LoadPlan plan =
                LoadPlan.defaults(port)
                        .withRequestsPerConnection(bench.options().number("requests", 50))
                        .withRate(bench.options().number("rate", 3_000));
        List<Double> seconds = new ArrayList<>();
        try (Load load = Load.start(plan)) {
            for (int i = 0; i < bench.options().number("rolls", 10); i++) {
                seconds.add(roll(berth));
            }
            LoadResult result = load.finish();
            failures.noneFailed("with keep-alive", result);
            System.out.printf(
                    "%s: %d requests, %d failed, %d idle closed, slowest %.0f ms, roll %.2f s%n",
                    server,
                    result.requests(),
                    result.failed(),
                    result.count(Outcome.IDLE_CLOSED),
                    result.latencies().millis(1),
                    Statistics.median(seconds));
        }
    }

    /// Times a roll with no connections, one with idle connections, and one with a busy connection
    /// to one slot.
    private void held(String server, BerthRun berth) throws IOException {
        double alone = roll(berth);
        List<ClientConnection> idle = new ArrayList<>();
        double withIdle;
        double withBusy;
        try {
            for (int i = 0; i < 8; i++) {
                idle.add(ClientConnection.open(LoadPlan.defaults(port)));
                idle.getLast().get("/", false);
            }
            withIdle = roll(berth);
        } finally {
            idle.forEach(ClientConnection::close);
        }
        withBusy = rollWithBusy(berth);
        System.out.printf(
                "%s: roll alone %.2f s, with 8 idle connections %.2f s, with one busy for %.1f s:"
                        + " %.2f s%n",
                server, alone, withIdle, SLOW_MILLIS / 1_000.0, withBusy);
        failures.check(
                withIdle < alone + WORKERS * IDLE_SECONDS + SLACK_SECONDS,
                "idle connections delayed a roll: " + withIdle + " s against " + alone + " s");
        failures.check(
                withBusy < alone + SLOW_MILLIS / 1_000.0 + IDLE_SECONDS + SLACK_SECONDS,
                "a busy connection delayed the other slot: " + withBusy + " s");
    }

    private double rollWithBusy(BerthRun berth) throws IOException {
        var failed = new AtomicReference<Map.Entry<String, Integer>>(Map.entry("unanswered", 0));
        try (ClientConnection busy = ClientConnection.open(LoadPlan.defaults(port))) {
            busy.get("/", false);
            Thread slow = Thread.ofPlatform().start(() -> failed.set(slow(busy)));
            Waits.pause(Duration.ofMillis(200));
            double seconds = roll(berth);
            slow.join();
            failures.check(failed.get().getValue() == 200, "busy one: " + failed.get().getKey());
            return seconds;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static Map.Entry<String, Integer> slow(ClientConnection busy) {
        try {
            return Map.entry("answered", busy.get("/slow?ms=" + SLOW_MILLIS, false).status());
        } catch (IncidentException e) {
            return Map.entry(e.failure().toString(), 0);
        }
    }

    private double roll(BerthRun berth) throws IOException {
        return berth.change("roll").millis() / 1_000.0;
    }
}
