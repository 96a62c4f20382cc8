package dev.berth.bench;

import dev.berth.examples.SampleServer;
import dev.berth.examples.SampleServers;

import java.io.IOException;
import java.util.List;
import java.util.Set;

/// Runs every server of the catalogue under `berth run`: all workers serve, and rolling it under
/// load fails no request. Prints one row per server and number of workers.
final class MatrixCommand {
    private final Workshop shop;
    private final Arguments arguments;
    private final Table table =
            new Table(
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

    private MatrixCommand(Workshop shop, Arguments arguments) {
        this.shop = shop;
        this.arguments = arguments;
    }

    /// Runs `matrix` and returns the exit code.
    static int run(List<String> words) throws IOException {
        Set<String> options = Set.of("servers", "rolls", "workers", "clients", "rate", "keepalive");
        Arguments arguments = Arguments.parse(words, Set.of("unprivileged"), options);
        List<SampleServer> servers = arguments.servers(names());
        try (Workshop shop = Workshop.open(arguments.has("unprivileged"))) {
            return new MatrixCommand(shop, arguments).rows(servers) ? 0 : 1;
        }
    }

    private static List<String> names() {
        return SampleServers.all().stream().map(SampleServer::name).toList();
    }

    private boolean rows(List<SampleServer> servers) throws IOException {
        boolean good = true;
        for (SampleServer server : servers) {
            for (String workers : arguments.list("workers", List.of("3"))) {
                good &= row(server, Integer.parseInt(workers));
            }
        }
        return good;
    }

    private boolean row(SampleServer server, int workers) throws IOException {
        var row = new MatrixRow(shop, arguments, server, workers);
        row.measure();
        row.print(table);
        return row.verdict().holds();
    }
}
