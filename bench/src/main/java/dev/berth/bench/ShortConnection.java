package dev.berth.bench;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/// One connection after the other, each with one request, at the least cost for the client. Used by
/// one thread.
///
/// Each has a source address of its own, so that no pair of ports comes again while the server
/// still remembers it.
final class ShortConnection implements Burst.Step {
    private static final byte[] REQUEST =
            "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII);

    private final InetSocketAddress source;
    private final InetSocketAddress server;
    private final ByteBuffer out = ByteBuffer.allocateDirect(REQUEST.length).put(REQUEST);
    private final ByteBuffer in = ByteBuffer.allocateDirect(4096);

    ShortConnection(InetAddress source, int port) {
        this.source = new InetSocketAddress(source, 0);
        this.server = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port);
    }

    @Override
    public void once() throws IOException {
        try (SocketChannel channel = SocketChannel.open()) {
            channel.bind(source);
            channel.connect(server);
            channel.write(out.rewind());
            int bytes = 0;
            in.clear();
            for (int count; (count = channel.read(in)) >= 0; ) {
                bytes += count;
                in.clear();
            }
            if (bytes == 0) {
                throw new EOFException("closed without an answer");
            }
        }
    }
}
