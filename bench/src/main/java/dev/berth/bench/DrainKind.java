package dev.berth.bench;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/// The kinds of client in the drain bench.
enum DrainKind {
    /// Requests that take 0.1 to 20 s.
    SLOW(8, true),
    /// Responses in parts, with pauses of 0.2 to 4 s.
    STREAM(8, true),
    /// Frames pushed over a WebSocket, with pauses of 0.2 to 4 s.
    SOCKET(4, false),
    /// 200 KB at 20 KB/s from the client.
    UPLOAD(3, true),
    /// 200 KB at 20 KB/s to the client.
    DOWNLOAD(3, true),
    /// Three pipelined requests.
    PIPELINED(2, true),
    /// Short requests on a kept connection, with short pauses.
    KEPT(4, true),
    /// Short requests on a kept connection, with pauses longer than `--idle`.
    IDLE(8, true),
    /// Short requests on a kept connection forever, each as soon as the last one is answered: the
    /// worker is never idle.
    ASKING(16, true),
    /// gRPC calls that take 0.1 to 20 s.
    UNARY(8, true),
    /// gRPC streams with pauses of 0.2 to 4 s.
    PARTS(8, true);

    /// A client sends no more requests on a connection older than this, so that the last one can
    /// finish within `--drain`.
    private static final Duration LONGEST_LIFE = Duration.ofSeconds(25);

    private static final int LONGEST_MILLIS = 20_000;

    private final int clients;
    private final boolean keeps;

    DrainKind(int clients, boolean keeps) {
        this.clients = clients;
        this.keeps = keeps;
    }

    /// The number of concurrent clients.
    int clients() {
        return clients;
    }

    /// Whether its clients never leave their connections idle. The documentation excludes these: a
    /// roll closes such a connection, in use, when `--drain` expires.
    boolean neverIdle() {
        return this == ASKING;
    }

    /// The number of exchanges on a connection.
    int exchanges() {
        return switch (this) {
            case SOCKET -> 1;
            case KEPT -> between(10, 400);
            case ASKING -> Integer.MAX_VALUE;
            default -> keeps ? between(1, 4) : 1;
        };
    }

    /// How long a client keeps sending requests on a connection.
    Duration longestLife() {
        return this == ASKING ? Duration.ofDays(1) : LONGEST_LIFE;
    }

    /// How long a client pauses between two exchanges on a connection.
    int pauseMillis() {
        return switch (this) {
            case KEPT -> between(0, 50);
            case IDLE -> between(5_500, 9_000);
            case ASKING -> 0;
            default -> between(0, 3) == 0 ? between(0, 2_000) : 0;
        };
    }

    /// Performs one exchange.
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
            case UNARY, PARTS -> throw new IllegalStateException(this + " is not HTTP/1.1");
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
