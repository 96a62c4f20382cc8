package dev.berth.bench;

import dev.berth.bench.BerthRun.Setup;
import dev.berth.bench.DrainLoad.Count;

import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Rolls under long requests: slow responses, streams, uploads, kept connections. None may be cut.
/// The case that the documentation excludes is counted separately: a kept connection that the
/// server closed just as the client reused it.
final class DrainBench {
    private static final int WORKERS = 1;

    /// Appears in the output of a roll that had to stop a worker before its work was finished.
    private static final String UNDONE = "--drain";

    private final BenchEnvironment bench;

    private DrainBench(BenchEnvironment bench) {
        this.bench = bench;
    }

    /// Runs `drain`.
    static boolean run(BenchEnvironment bench) throws IOException {
        boolean good = true;
        List<String> all = DrainServer.all().stream().map(DrainServer::name).toList();
        List<String> names = bench.options().list("servers", all);
        for (DrainServer server : DrainServer.all()) {
            if (names.contains(server.name())) {
                good &= new DrainBench(bench).row(server);
            }
        }
        return good;
    }

    private boolean row(DrainServer server) throws IOException {
        CheckFailures failures = new CheckFailures();
        int port = BenchEnvironment.freePort(0);
        int upstream = BenchEnvironment.freePort(0);
        Process behind = server.proxies() ? upstream(upstream) : null;
        try {
            String drain = bench.options().text("drain", server.drain());
            String idle = bench.options().text("idle", server.idle());
            Setup setup =
                    bench.setup(
                            "drain-" + server.name(),
                            port,
                            WORKERS,
                            List.of("--drain", drain, "--idle", idle),
                            server.words(bench, port, upstream));
            BerthRun.check(bench, setup, failures, berth -> rolls(server, berth, port, failures));
        } finally {
            if (behind != null) {
                behind.destroy();
            }
        }
        return failures.print(server.name());
    }

    private Process upstream(int port) throws IOException {
        String script = bench.root().resolve("examples/servers/node/streams.js").toString();
        return bench.builder(List.of("node", script, Integer.toString(port)))
                .redirectErrorStream(true)
                .redirectOutput(new File("/dev/null"))
                .start();
    }

    private void rolls(DrainServer server, BerthRun berth, int port, CheckFailures failures)
            throws IOException {
        List<Double> seconds = new ArrayList<>();
        DrainLoad load =
                server.grpc()
                        ? GrpcDrainLoad.start(bench, port)
                        : HttpDrainLoad.start(port, server.kinds());
        try {
            for (int i = 0; i < bench.options().number("rolls", 20); i++) {
                Shell.Ended ended = berth.change("roll");
                seconds.add(ended.millis() / 1_000.0);
                failures.check(
                        server.neverIdle() || !ended.output().contains(UNDONE),
                        "roll " + i + ": " + ended.output());
            }
        } finally {
            load.finish();
        }
        report(server, load.counts(), seconds);
        for (DrainKind kind : server.kinds()) {
            Count count = load.counts().getOrDefault(kind, new Count());
            long cut = count.cut().get();
            long most = kind.neverIdle() ? (long) kind.clients() * seconds.size() : 0;
            failures.check(cut <= most, cut + " cut of " + kind + ", " + most + " at most");
            failures.check(count.whole().get() > 0, "no complete exchange of " + kind);
        }
        if (!server.neverIdle()) {
            load.errors().forEach(error -> failures.check(false, "  " + error));
        }
    }

    private static void report(
            DrainServer server, Map<DrainKind, Count> counts, List<Double> seconds) {
        System.out.printf(
                "%s: %d rolls, median %.1f s, longest %.1f s%n",
                server.name(),
                seconds.size(),
                Statistics.median(seconds),
                seconds.stream().mapToDouble(Double::doubleValue).max().orElse(0));
        counts.forEach(
                (kind, count) ->
                        System.out.printf(
                                "    %-10s %6d whole, %d %s, %d idle closed%n",
                                kind,
                                count.whole().get(),
                                count.cut().get(),
                                kind.neverIdle() ? "cut when --drain was over" : "cut",
                                count.idleClosed().get()));
    }
}
