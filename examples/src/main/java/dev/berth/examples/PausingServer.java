package dev.berth.examples;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// A [SocketLoopServer] that, as the worker in slot 0, collects a heap full of small objects now
/// and then: with the serial collector the whole JVM stands still for about half a second.
public final class PausingServer {
    private static final long PAUSE_MILLIS = 500;
    private static final int PART = 250_000;
    private static final int MOST_PARTS = 100;

    private PausingServer() {}

    /// Serves until it is killed. Arguments: the port, and the milliseconds between two
    /// collections.
    public static void main(String[] args) throws IOException {
        if (System.getenv().getOrDefault("BERTH_SLOT", "0").equals("0")) {
            List<Object[]> ballast = ballast();
            long rest = Long.parseLong(args[1]);
            Thread.ofPlatform().daemon().name("collect").start(() -> collect(ballast, rest));
        }
        SocketLoopServer.main(args);
    }

    /// As much as takes so long to collect.
    private static List<Object[]> ballast() {
        List<Object[]> parts = new ArrayList<>();
        long millis = 0;
        while (millis < PAUSE_MILLIS && parts.size() < MOST_PARTS) {
            Object[] part = new Object[PART];
            for (int i = 0; i < part.length; i++) {
                part[i] = new long[] {i};
            }
            parts.add(part);
            millis = collection();
        }
        System.out.println("a collection takes " + millis + " ms");
        return parts;
    }

    private static long collection() {
        long from = System.nanoTime();
        System.gc();
        return (System.nanoTime() - from) / 1_000_000;
    }

    @SuppressWarnings("InfiniteLoop")
    private static void collect(List<Object[]> ballast, long restMillis) {
        try {
            while (!ballast.isEmpty()) {
                Thread.sleep(restMillis);
                collection();
            }
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }
}
