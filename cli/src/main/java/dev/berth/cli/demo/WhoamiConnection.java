package dev.berth.cli.demo;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// One connection to [Whoami], which answers its requests one after another.
final class WhoamiConnection {
    private static final int IDLE_MILLIS = 60_000;
    private static final long FIRST_REQUEST_NANOS = 1_000_000_000;
    private static final int MOST_HEAD_BYTES = 16_384;
    private static final long MOST_BODY_BYTES = 1 << 20;

    private final Whoami server;
    private final Socket socket;
    private final InputStream in;
    private final long accepted = System.nanoTime();
    private boolean busy;
    private boolean served;
    private boolean closed;

    WhoamiConnection(Whoami server, Socket socket) throws IOException {
        this.server = server;
        this.socket = socket;
        socket.setSoTimeout(IDLE_MILLIS);
        socket.setTcpNoDelay(true);
        this.in = new BufferedInputStream(socket.getInputStream());
    }

    void serve() throws IOException {
        boolean more = true;
        while (more) {
            int first = in.read();
            if (first < 0 || !begin()) {
                return;
            }
            more = answer(head(first));
            end();
        }
    }

    /// Closes the connection if it has no request in progress. A connection that was just accepted
    /// gets time to send its first request. Other threads call this, so it does not use `in`, whose
    /// lock the reading thread holds.
    synchronized void closeIfIdle() {
        boolean fresh = !served && System.nanoTime() - accepted < FIRST_REQUEST_NANOS;
        try {
            if (!busy && !closed && !fresh && socket.getInputStream().available() == 0) {
                closed = true;
                socket.close();
            }
        } catch (IOException alreadyClosed) {
            // It is closed, as intended.
        }
    }

    private synchronized boolean begin() {
        busy = true;
        return !closed;
    }

    private synchronized void end() {
        busy = false;
        served = true;
    }

    /// The lines up to the empty line; empty if there is no complete head or it is too long.
    private Optional<List<String>> head(int first) throws IOException {
        var bytes = new ByteArrayOutputStream();
        int next = first;
        int lineLength = 0;
        while (next >= 0 && bytes.size() < MOST_HEAD_BYTES) {
            bytes.write(next);
            if (next == '\n') {
                if (lineLength == 0 && bytes.size() > 2) {
                    return Optional.of(bytes.toString(ISO_8859_1).lines().toList());
                }
                lineLength = 0;
            } else if (next != '\r') {
                lineLength++;
            }
            next = in.read();
        }
        return Optional.empty();
    }

    /// Answers a request, and returns whether the connection stays open.
    private boolean answer(Optional<List<String>> head) throws IOException {
        String[] request = head.map(lines -> lines.getFirst().split(" ")).orElse(new String[0]);
        if (request.length != 3 || !request[2].startsWith("HTTP/1.")) {
            write("400 Bad Request", "this is not HTTP/1.1\n", false, true);
            return false;
        }
        List<String> lines = head.get();
        boolean chunked = header(lines, "transfer-encoding").isPresent();
        if (chunked || !skipBody(header(lines, "content-length").orElse("0"))) {
            write(
                    "413 Content Too Large",
                    "only small bodies of known length are accepted\n",
                    false,
                    true);
            return false;
        }
        String wish = header(lines, "connection").orElse("").toLowerCase(Locale.ROOT);
        boolean keep =
                request[2].equals("HTTP/1.1") ? !wish.contains("close") : wish.contains("keep");
        boolean stays = keep && !server.stopping();
        write("200 OK", server.describe(socket), stays, !request[0].equals("HEAD"));
        return stays;
    }

    private static Optional<String> header(List<String> lines, String name) {
        return lines.stream()
                .skip(1)
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name + ":"))
                .map(line -> line.substring(name.length() + 1).strip())
                .findFirst();
    }

    private boolean skipBody(String length) throws IOException {
        if (!length.matches("[0-9]{1,7}") || Long.parseLong(length) > MOST_BODY_BYTES) {
            return false;
        }
        in.skipNBytes(Long.parseLong(length));
        return true;
    }

    private void write(String status, String body, boolean stays, boolean withBody)
            throws IOException {
        String head =
                "HTTP/1.1 "
                        + status
                        + "\r\nContent-Type: text/plain\r\nContent-Length: "
                        + body.length()
                        + "\r\nConnection: "
                        + (stays ? "keep-alive" : "close")
                        + "\r\n\r\n";
        socket.getOutputStream().write((withBody ? head + body : head).getBytes(ISO_8859_1));
    }
}
