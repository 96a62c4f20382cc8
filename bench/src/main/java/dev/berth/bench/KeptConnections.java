package dev.berth.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Connections that stay open.
final class KeptConnections {
    private KeptConnections() {}

    /// Opens `connections` connections one after another, and closes them when all are open.
    ///
    /// @return the number of connections of each worker, by pid
    static Map<Integer, Integer> countByWorker(int port, int connections) throws IOException {
        Map<Integer, Integer> counts = new TreeMap<>();
        List<PingPong> open = new ArrayList<>();
        try {
            for (int i = 0; i < connections; i++) {
                PingPong next = PingPong.open(port);
                open.add(next);
                counts.merge(next.pid(), 1, Integer::sum);
            }
            return counts;
        } finally {
            open.forEach(PingPong::close);
        }
    }
}
