package dev.berth.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Kept connections, the same number to each worker of one port, driven together in bursts.
final class PingPongs implements AutoCloseable {
    private static final int MAX_TRIES = 500;

    private final List<PingPong> connections = new ArrayList<>();

    private PingPongs() {}

    /// Connects until each of `workers` processes has `each` connections; surplus connections are
    /// closed.
    static PingPongs open(int port, int workers, int each) throws IOException {
        var all = new PingPongs();
        Map<Integer, Integer> byPid = new HashMap<>();
        for (int i = 0; i < MAX_TRIES && all.connections.size() < workers * each; i++) {
            PingPong next = PingPong.open(port);
            if (byPid.merge(next.pid(), 1, Integer::sum) <= each) {
                all.connections.add(next);
            } else {
                next.close();
            }
        }
        if (byPid.size() != workers || all.connections.size() != workers * each) {
            all.close();
            throw new IOException("not " + each + " connections to each worker: " + byPid);
        }
        return all;
    }

    /// Requests per second over `millis`, with one thread per connection.
    double burst(long millis) throws IOException {
        return Burst.perSecond(connections, millis);
    }

    @Override
    public void close() {
        connections.forEach(PingPong::close);
    }
}
