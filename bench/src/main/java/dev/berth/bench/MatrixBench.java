package dev.berth.bench;

import dev.berth.examples.SampleServer;
import dev.berth.examples.SampleServers;

import java.io.IOException;
import java.util.List;
import java.util.Set;

/// Runs every server of the catalogue under `berth run`: all workers serve, and rolling it under
/// load fails no request. Prints one row per server and number of workers.
final class MatrixBench {
    private final BenchEnvironment bench;
    private final BenchOptions benchOptions;
    private final ColumnPrinter table =
            new ColumnPrinter(
                    "server               ",
                    "  n",
                    " served",
                    " rolls",
                    " requests",
                    " failed",
                    " idle closed",
                    "  p50 ms",
                    "  p99 ms",
                    " slowest",
                    " roll s",
                    "result ");

    private MatrixBench(BenchEnvironment bench, BenchOptions benchOptions) {
        this.bench = bench;
        this.benchOptions = benchOptions;
    }

    /// Runs `matrix` and returns the exit code.
    static int run(List<String> words) throws IOException {
        Set<String> options = Set.of("servers", "rolls", "workers", "clients", "rate", "keepalive");
        BenchOptions benchOptions = BenchOptions.parse(words, Set.of("unprivileged"), options);
        List<SampleServer> servers = benchOptions.servers(names());
        try (BenchEnvironment bench = BenchEnvironment.open(benchOptions.has("unprivileged"))) {
            return new MatrixBench(bench, benchOptions).rows(servers) ? 0 : 1;
        }
    }

    private static List<String> names() {
        return SampleServers.all().stream().map(SampleServer::name).toList();
    }

    private boolean rows(List<SampleServer> servers) throws IOException {
        boolean good = true;
        for (SampleServer server : servers) {
            for (String workers : benchOptions.list("workers", List.of("3"))) {
                good &= row(server, Integer.parseInt(workers));
            }
        }
        return good;
    }

    private boolean row(SampleServer server, int workers) throws IOException {
        var row = new MatrixRow(bench, benchOptions, server, workers);
        row.measure();
        row.print(table);
        return row.failures().holds();
    }
}
