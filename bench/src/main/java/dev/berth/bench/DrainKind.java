package dev.berth.bench;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/// What a client of the drain bench does.
enum DrainKind {
    /// Requests that take 0.1 to 20 s.
    SLOW(8, true),
    /// Answers in parts, with pauses of 0.2 to 4 s.
    STREAM(8, true),
    /// Frames that a WebSocket pushes, with pauses of 0.2 to 4 s.
    SOCKET(4, false),
    /// 200 KB at 20 KB/s from the client.
    UPLOAD(3, true),
    /// 200 KB at 20 KB/s to the client.
    DOWNLOAD(3, true),
    /// Three requests in one go.
    PIPELINED(2, true),
    /// Short requests on a kept connection, with short pauses.
    KEPT(4, true),
    /// Short requests on a kept connection, with pauses that are longer than `--idle`.
    IDLE(8, true),
    /// Short requests on a kept connection for ever, each as soon as the last one is answered: the
    /// worker is never idle.
    ASKING(16, true),
    /// Calls of gRPC that take 0.1 to 20 s.
    UNARY(8, true),
    /// Streams of gRPC with pauses of 0.2 to 4 s.
    PARTS(8, true);

    /// Beyond it a client asks no more on a connection: with its last request the connection shall
    /// be done within `--drain`.
    private static final Duration LONGEST_LIFE = Duration.ofSeconds(25);

    private static final int LONGEST_MILLIS = 20_000;

    private final int clients;
    private final boolean keeps;

    DrainKind(int clients, boolean keeps) {
        this.clients = clients;
        this.keeps = keeps;
    }

    /// How many of them at a time.
    int clients() {
        return clients;
    }

    /// Whether its clients leave no moment in which their connections are idle: the docs exclude
    /// them, as a roll closes such a connection in use when `--drain` is over.
    boolean neverIdle() {
        return this == ASKING;
    }

    /// How many exchanges there are on a connection.
    int exchanges() {
        return switch (this) {
            case SOCKET -> 1;
            case KEPT -> between(10, 400);
            case ASKING -> Integer.MAX_VALUE;
            default -> keeps ? between(1, 4) : 1;
        };
    }

    /// How long a client goes on asking on a connection.
    Duration longestLife() {
        return this == ASKING ? Duration.ofDays(1) : LONGEST_LIFE;
    }

    /// How long a client thinks between two exchanges on a connection.
    int pauseMillis() {
        return switch (this) {
            case KEPT -> between(0, 50);
            case IDLE -> between(5_500, 9_000);
            case ASKING -> 0;
            default -> between(0, 3) == 0 ? between(0, 2_000) : 0;
        };
    }

    /// One exchange.
    void exchange(DrainClient client) throws java.io.IOException {
        int pause = between(200, 4_000);
        int parts = Math.max(2, LONGEST_MILLIS / 2 / pause);
        switch (this) {
            case SLOW -> slow(client);
            case STREAM -> client.get("/stream?parts=" + parts + "&ms=" + pause, 10L * parts);
            case SOCKET -> client.webSocket(parts, pause);
            case UPLOAD -> client.upload(100, 2_000, 100);
            case DOWNLOAD -> client.get("/stream?parts=100&ms=100&bytes=2000", 200_000);
            case PIPELINED -> client.pipelined(3, between(100, 1_500));
            case KEPT, IDLE, ASKING -> client.get("/slow?ms=0", -1);
            case UNARY, PARTS -> throw new IllegalStateException(this + " is no HTTP/1.1");
        }
    }

    private static void slow(DrainClient client) throws java.io.IOException {
        int millis = (int) (100 * Math.pow(200, ThreadLocalRandom.current().nextDouble()));
        if (between(0, 2) == 0) {
            client.getInTwoSegments("/slow?ms=" + millis);
        } else {
            client.get("/slow?ms=" + millis, -1);
        }
    }

    private static int between(int least, int end) {
        return ThreadLocalRandom.current().nextInt(least, end);
    }
}
