package dev.berth.dispatch;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.berth.net.ListenAddress;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/// A connection to the dispatcher.
final class DispatcherClient implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 180_000;

    private final Socket socket = new Socket();

    DispatcherClient(Dispatcher dispatcher) throws IOException {
        this(dispatcher.listenerStats().getFirst().address());
    }

    DispatcherClient(ListenAddress to) throws IOException {
        InetAddress host = InetAddress.ofLiteral(to.address().host());
        try {
            socket.connect(new InetSocketAddress(host, to.address().port()), TIMEOUT_MILLIS);
        } catch (IOException refused) {
            socket.close();
            throw refused;
        }
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.setTcpNoDelay(true);
    }

    DispatcherClient send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        return this;
    }

    DispatcherClient send(String text) throws IOException {
        return send(text.getBytes(ISO_8859_1));
    }

    /// Shuts down sending.
    DispatcherClient end() throws IOException {
        socket.shutdownOutput();
        return this;
    }

    /// Shuts down sending, and reads everything that comes back.
    String finish() throws IOException {
        return end().read();
    }

    /// Everything that comes back.
    String read() throws IOException {
        return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
    }

    /// Sends the bytes over a new connection and returns what comes back.
    static String exchange(Dispatcher dispatcher, byte[] bytes) throws IOException {
        try (DispatcherClient client = new DispatcherClient(dispatcher)) {
            return client.send(bytes).finish();
        }
    }

    static String exchange(Dispatcher dispatcher, String text) throws IOException {
        return exchange(dispatcher, text.getBytes(ISO_8859_1));
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
