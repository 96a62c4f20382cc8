package dev.berth.bench;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// A client connection of the drain bench: a minimal subset of HTTP/1.1 and WebSockets.
final class DrainClient implements AutoCloseable {
    private static final int CONNECT_MILLIS = 10_000;
    private static final int READ_MILLIS = 60_000;

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private int answered;
    private boolean announced;
    private boolean begun;
    private long sent;

    private DrainClient(Socket socket) throws IOException {
        this.socket = socket;
        in = new BufferedInputStream(socket.getInputStream());
        out = socket.getOutputStream();
    }

    static DrainClient open(int port) throws IOException {
        Socket socket = new Socket();
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(READ_MILLIS);
        socket.connect(new InetSocketAddress("127.0.0.1", port), CONNECT_MILLIS);
        return new DrainClient(socket);
    }

    /// Whether the failure is the race that every kept connection has: the server closed it just as
    /// the client reused it.
    boolean closedIdle() {
        return answered > 0 && !begun && System.nanoTime() - sent < 100_000_000L;
    }

    /// Whether the server has announced that it closes it after the last answer, has closed it
    /// between two exchanges, or sent something unsolicited.
    boolean closed() throws IOException {
        if (announced) {
            return true;
        }
        socket.setSoTimeout(1);
        try {
            return in.read() < 0;
        } catch (java.net.SocketTimeoutException open) {
            return false;
        } finally {
            socket.setSoTimeout(READ_MILLIS);
        }
    }

    /// @param bytes the required length of the body; −1 for any
    void get(String path, long bytes) throws IOException {
        send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
        answer(bytes);
    }

    void getInTwoSegments(String path) throws IOException {
        send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nX-Half: ");
        out.write("other\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        answer(-1);
    }

    void upload(int parts, int bytes, int pauseMillis) throws IOException {
        long length = (long) parts * bytes;
        send(
                "POST /upload HTTP/1.1\r\n"
                        + "Host: localhost\r\n"
                        + "Content-Type: application/octet-stream\r\n"
                        + "Content-Length: "
                        + length
                        + "\r\n\r\n");
        for (int i = 0; i < parts; i++) {
            out.write(new byte[bytes]);
            Waits.pause(java.time.Duration.ofMillis(pauseMillis));
            sent = System.nanoTime();
        }
        answer(-1);
    }

    void pipelined(int requests, int millis) throws IOException {
        send(("GET /slow?ms=" + millis + " HTTP/1.1\r\nHost: localhost\r\n\r\n").repeat(requests));
        for (int i = 0; i < requests; i++) {
            answer(-1);
        }
    }

    void webSocket(int frames, int pauseMillis) throws IOException {
        send(
                "GET /ws?parts="
                        + frames
                        + "&ms="
                        + pauseMillis
                        + " HTTP/1.1\r\n"
                        + "Host: localhost\r\n"
                        + "Upgrade: websocket\r\n"
                        + "Connection: Upgrade\r\n"
                        + "Sec-WebSocket-Version: 13\r\n"
                        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
        expect(head(), "101");
        for (int i = 0; i < frames; i++) {
            int opcode = read();
            if (opcode != 0x81) {
                throw new ProtocolException("frame " + opcode + " after " + i + " of " + frames);
            }
            skip(read());
        }
        answered++;
    }

    private void send(String text) throws IOException {
        begun = false;
        sent = System.nanoTime();
        out.write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private void answer(long bytes) throws IOException {
        String head = head();
        expect(head, "200");
        String lower = head.toLowerCase(Locale.ROOT);
        announced = lower.contains("\nconnection: close");
        long length = lower.contains("transfer-encoding: chunked") ? chunks() : skip(length(lower));
        if (bytes >= 0 && length != bytes) {
            throw new EOFException(length + " bytes of " + bytes);
        }
        answered++;
    }

    private static void expect(String head, String status) throws IOException {
        if (!head.startsWith("HTTP/1.1 " + status)) {
            throw new ProtocolException("answered " + head.lines().findFirst().orElse(""));
        }
    }

    private static long length(String head) throws IOException {
        int at = head.indexOf("content-length:");
        if (at < 0) {
            throw new ProtocolException("no length: " + head);
        }
        int end = head.indexOf("\r\n", at);
        return Long.parseLong(head.substring(at + "content-length:".length(), end).strip());
    }

    private String head() throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) read());
        }
        return head.toString();
    }

    private long chunks() throws IOException {
        long all = 0;
        long size;
        do {
            StringBuilder line = new StringBuilder();
            while (line.indexOf("\r\n") < 0) {
                line.append((char) read());
            }
            size = Long.parseLong(line.toString().strip(), 16);
            all += skip(size);
            skip(2);
        } while (size > 0);
        return all;
    }

    private int read() throws IOException {
        int next = in.read();
        if (next < 0) {
            throw new EOFException(begun ? "in the middle of an answer" : "before an answer");
        }
        begun = true;
        return next;
    }

    private long skip(long bytes) throws IOException {
        for (long i = 0; i < bytes; i++) {
            read();
        }
        return bytes;
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException gone) {
            return;
        }
    }
}
