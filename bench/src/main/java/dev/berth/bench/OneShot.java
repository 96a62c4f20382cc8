package dev.berth.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/// A connection with one request, for commands that only need to know who answers.
final class OneShot {
    private static final InetAddress SERVER = InetAddress.ofLiteral("127.0.0.1");
    private static final byte[] REQUEST =
            "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII);
    private static final int LIMIT_MILLIS = 10_000;

    private OneShot() {}

    /// The pid that answers on `port` of 127.0.0.1 to a client at `source`, an address of this
    /// machine.
    ///
    /// @throws IOException if the request failed, or its response has no pid
    static int pid(InetAddress source, int port) throws IOException {
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(LIMIT_MILLIS);
            socket.bind(new InetSocketAddress(source, 0));
            socket.connect(new InetSocketAddress(SERVER, port), LIMIT_MILLIS);
            return ask(socket);
        }
    }

    /// The pid that answers on `port` of 127.0.0.1.
    static int pid(int port) throws IOException {
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(LIMIT_MILLIS);
            socket.connect(new InetSocketAddress(SERVER, port), LIMIT_MILLIS);
            return ask(socket);
        }
    }

    private static int ask(Socket socket) throws IOException {
        socket.setTcpNoDelay(true);
        socket.getOutputStream().write(REQUEST);
        HttpAnswer answer = new HttpAnswerReader(socket.getInputStream()).read();
        return answer.pid().orElseThrow(() -> new IOException("no pid in " + answer));
    }
}
