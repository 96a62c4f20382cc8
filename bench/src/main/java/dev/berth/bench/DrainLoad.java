package dev.berth.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/// Clients of each kind on one port, until [#finish].
final class DrainLoad {
    private static final int ERRORS_KEPT = 20;

    /// Beyond it a client asks no more on a connection: with its last request the connection shall
    /// be done within `--drain`.
    private static final Duration LONGEST_LIFE = Duration.ofSeconds(25);

    private final int port;
    private final Map<DrainKind, Count> counts = new EnumMap<>(DrainKind.class);
    private final ConcurrentLinkedQueue<String> errors = new ConcurrentLinkedQueue<>();
    private final List<Thread> threads = new ArrayList<>();
    private final long begun = System.nanoTime();
    private volatile boolean over;

    /// How the exchanges of a kind ended.
    record Count(AtomicLong whole, AtomicLong cut, AtomicLong idleClosed) {
        Count() {
            this(new AtomicLong(), new AtomicLong(), new AtomicLong());
        }
    }

    private DrainLoad(int port) {
        this.port = port;
    }

    static DrainLoad start(int port, Iterable<DrainKind> kinds) {
        DrainLoad load = new DrainLoad(port);
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
        long end = System.nanoTime() + LONGEST_LIFE.toNanos();
        for (int i = 0; i < exchanges && !over && System.nanoTime() < end; i++) {
            try {
                if (i > 0) {
                    Waits.pause(Duration.ofMillis(kind.pauseMillis()));
                    if (client.closed()) {
                        return;
                    }
                }
                kind.exchange(client);
                count.whole.incrementAndGet();
            } catch (IOException failed) {
                failed(kind, count, failed, client.closedIdle());
                return;
            }
        }
    }

    private void failed(DrainKind kind, Count count, IOException why, boolean idle) {
        (idle ? count.idleClosed : count.cut).incrementAndGet();
        if (!idle && errors.size() < ERRORS_KEPT) {
            long seconds = (System.nanoTime() - begun) / 1_000_000_000;
            errors.add("at " + seconds + " s, " + kind + ": " + why);
        }
    }

    /// Lets every exchange end.
    void finish() throws IOException {
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

    Map<DrainKind, Count> counts() {
        return counts;
    }

    List<String> errors() {
        return List.copyOf(errors);
    }
}
