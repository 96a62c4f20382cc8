package dev.berth.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;

/// HTTP clients of each kind, on one port.
final class HttpDrainLoad implements DrainLoad {
    private static final int ERRORS_KEPT = 20;

    private final int port;
    private final Map<DrainKind, Count> counts = new EnumMap<>(DrainKind.class);
    private final ConcurrentLinkedQueue<String> errors = new ConcurrentLinkedQueue<>();
    private final List<Thread> threads = new ArrayList<>();
    private final long begun = System.nanoTime();
    private volatile boolean over;

    private HttpDrainLoad(int port) {
        this.port = port;
    }

    static HttpDrainLoad start(int port, Iterable<DrainKind> kinds) {
        HttpDrainLoad load = new HttpDrainLoad(port);
        for (DrainKind kind : kinds) {
            Count count = new Count();
            load.counts.put(kind, count);
            for (int i = 0; i < kind.clients(); i++) {
                load.threads.add(Thread.ofVirtual().start(() -> load.client(kind, count)));
            }
        }
        return load;
    }

    private void client(DrainKind kind, Count count) {
        while (!over) {
            try (DrainClient client = DrainClient.open(port)) {
                exchanges(kind, client, count);
            } catch (IOException refused) {
                failed(kind, count, refused, false);
            }
        }
    }

    private void exchanges(DrainKind kind, DrainClient client, Count count) {
        int exchanges = kind.exchanges();
        long end = System.nanoTime() + kind.longestLife().toNanos();
        for (int i = 0; i < exchanges && !over && System.nanoTime() < end; i++) {
            try {
                if (i > 0) {
                    Waits.pause(Duration.ofMillis(kind.pauseMillis()));
                    if (client.closed()) {
                        return;
                    }
                }
                kind.exchange(client);
                count.whole().incrementAndGet();
            } catch (IOException failed) {
                failed(kind, count, failed, client.closedIdle());
                return;
            }
        }
    }

    private void failed(DrainKind kind, Count count, IOException why, boolean idle) {
        (idle ? count.idleClosed() : count.cut()).incrementAndGet();
        if (!idle && errors.size() < ERRORS_KEPT) {
            long seconds = (System.nanoTime() - begun) / 1_000_000_000;
            errors.add("at " + seconds + " s, " + kind + ": " + why);
        }
    }

    @Override
    public void finish() throws IOException {
        over = true;
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", stopped);
        }
    }

    @Override
    public Map<DrainKind, Count> counts() {
        return counts;
    }

    @Override
    public List<String> errors() {
        return List.copyOf(errors);
    }
}
