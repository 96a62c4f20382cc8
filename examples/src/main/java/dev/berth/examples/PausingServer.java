package dev.berth.examples;

import java.io.IOException;
import java.net.ServerSocket;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;

/// Answers one request at a time, each with about a millisecond's work. As the worker in slot 0 it
/// also collects a heap full of small objects now and then: with the serial collector this pauses
/// the whole JVM for about half a second.
public final class PausingServer {
    /// The number of bytes hashed per response.
    private static final int WORK = 1 << 20;

    private static final long PAUSE_MILLIS = 500;
    private static final int PART = 250_000;
    private static final int MOST_PARTS = 100;

    private PausingServer() {}

    /// Serves until it is killed. Arguments: the port, and the milliseconds between two
    /// collections, or 0 for none.
    public static void main(String[] args) throws IOException, NoSuchAlgorithmException {
        long rest = args.length > 1 ? Long.parseLong(args[1]) : 0;
        if (rest > 0 && System.getenv().getOrDefault("BERTH_SLOT", "0").equals("0")) {
            List<Object[]> ballast = ballast();
            Thread.ofPlatform().daemon().name("collect").start(() -> collect(ballast, rest));
        }
        serve(Port.of(args));
    }

    @SuppressWarnings("InfiniteLoop")
    private static void serve(int port) throws IOException, NoSuchAlgorithmException {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        byte[] work = new byte[WORK];
        byte[] answer = SocketLoopServer.answer("java pausing");
        try (var server = new ServerSocket(port)) {
            while (true) {
                SocketLoopServer.serve(server.accept(), answer, () -> digest.digest(work));
            }
        }
    }

    /// Allocates enough objects to make a collection take that long.
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
