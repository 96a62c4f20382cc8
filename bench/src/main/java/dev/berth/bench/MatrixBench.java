package dev.berth.bench;

import dev.berth.examples.SampleServer;
import dev.berth.examples.SampleServers;

import java.io.IOException;
import java.util.List;

/// Runs every server of the catalogue under `berth run`: all workers serve, and rolling it under
/// load fails no request. Prints one row per server and number of workers.
final class MatrixBench {
    private final BenchEnvironment bench;
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

    private MatrixBench(BenchEnvironment bench) {
        this.bench = bench;
    }

    /// Runs `matrix`.
    static boolean run(BenchEnvironment bench) throws IOException {
        List<SampleServer> servers = bench.options().servers(names());
        return new MatrixBench(bench).rows(servers);
    }

    private static List<String> names() {
        return SampleServers.all().stream().map(SampleServer::name).toList();
    }

    private boolean rows(List<SampleServer> servers) throws IOException {
        boolean good = true;
        for (SampleServer server : servers) {
            for (String workers : bench.options().list("workers", List.of("3"))) {
                good &= row(server, Integer.parseInt(workers));
            }
        }
        return good;
    }

    private boolean row(SampleServer server, int workers) throws IOException {
        var row = new MatrixRow(bench, server, workers);
        row.measure();
        return row.print(table);
    }
}
