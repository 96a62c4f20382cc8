package dev.berth.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/// A server in this JVM that misbehaves in a chosen way, identically on each connection.
final class FaultyServer implements AutoCloseable {
    static final String GOOD = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\ntest pid=7";

    private final ServerSocket listener;

    /// What it does with a connection after reading its first request.
    interface Behaviour {
        void serve(Socket client) throws IOException;
    }

    private FaultyServer(ServerSocket listener) {
        this.listener = listener;
    }

    static FaultyServer start(Behaviour behaviour) throws IOException {
        var server = new FaultyServer(new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1")));
        Thread.ofPlatform().daemon().start(() -> server.run(behaviour));
        return server;
    }

    int port() {
        return listener.getLocalPort();
    }

    private void run(Behaviour behaviour) {
        try {
            while (true) {
                Socket client = listener.accept();
                Thread.ofVirtual().start(() -> serve(client, behaviour));
            }
        } catch (IOException e) {
            // Closed: the test is over.
        }
    }

    private static void serve(Socket client, Behaviour behaviour) {
        try (client) {
            readHead(client);
            behaviour.serve(client);
        } catch (IOException e) {
            // The client has seen what it was meant to see.
        }
    }

    static void readHead(Socket client) throws IOException {
        InputStream in = client.getInputStream();
        int last = 0;
        while (last != 0x0d0a0d0a) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("client closed");
            }
            last = (last << 8) | next;
        }
    }

    static void send(Socket client, String text) throws IOException {
        OutputStream out = client.getOutputStream();
        out.write(text.getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }

    /// Makes the following close a reset.
    static void resetOnClose(Socket client) throws IOException {
        client.setSoLinger(true, 0);
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
