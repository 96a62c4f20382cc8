package dev.berth.supervise;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/// Clients that repeatedly connect, ask once and read the whole response.
final class ClientLoad implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 60_000;
    private static final long PAUSE_NANOS = 300_000;

    private final InetSocketAddress server;
    private final List<String> failures = new CopyOnWriteArrayList<>();
    private final Map<String, AtomicInteger> answers = new ConcurrentHashMap<>();
    private final List<Thread> threads = new CopyOnWriteArrayList<>();
    private volatile boolean over;

    /// Its threads run in the network namespace of the calling thread.
    ClientLoad(InetSocketAddress server, int clients) {
        this.server = server;
        for (int i = 0; i < clients; i++) {
            threads.add(Thread.ofPlatform().name("client-" + i).daemon().start(this::run));
        }
    }

    private void run() {
        while (!over) {
            try {
                String who = ask(server);
                answers.computeIfAbsent(who, _ -> new AtomicInteger()).incrementAndGet();
            } catch (IOException failed) {
                failures.add(String.valueOf(failed));
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    /// The body of one response.
    static String ask(InetSocketAddress server) throws IOException {
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.connect(server, PATIENCE_MILLIS);
            return ask(socket);
        }
    }

    static String ask(Socket socket) throws IOException {
        socket.getOutputStream()
                .write("GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        return body(socket.getInputStream().readAllBytes());
    }

    /// @throws IOException if the response is incomplete
    static String body(byte[] raw) throws IOException {
        String answer = new String(raw, StandardCharsets.ISO_8859_1);
        int body = answer.indexOf("\r\n\r\n");
        if (body < 0 || body + 4 == answer.length()) {
            throw new IOException("an answer without a body: '" + answer + "'");
        }
        return answer.substring(body + 4).strip();
    }

    int answered() {
        return answers.values().stream().mapToInt(AtomicInteger::get).sum();
    }

    List<String> failures() {
        return List.copyOf(failures);
    }

    /// Stops, and returns what failed.
    List<String> end() throws InterruptedException {
        over = true;
        for (Thread thread : threads) {
            thread.join();
        }
        return failures();
    }

    @Override
    public void close() throws InterruptedException {
        end();
    }
}
