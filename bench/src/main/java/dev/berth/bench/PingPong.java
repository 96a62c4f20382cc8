package dev.berth.bench;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/// A kept connection that repeats the same request as soon as the response has arrived, at the
/// lowest cost for the client. Every response must have the same length as the first. Used by one
/// thread.
final class PingPong implements Burst.Step, AutoCloseable {
    private static final byte[] REQUEST =
            "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final SocketChannel channel;
    private final ByteBuffer out = ByteBuffer.allocateDirect(REQUEST.length).put(REQUEST);
    private final ByteBuffer in = ByteBuffer.allocateDirect(4096);
    private final int answerBytes;
    private final int pid;

    private PingPong(SocketChannel channel) throws IOException {
        this.channel = channel;
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.write(out.rewind());
        String first = first();
        this.answerBytes = first.length();
        this.pid = new HttpAnswer(200, first, true).pid().orElseThrow(() -> new IOException(first));
    }

    /// Connects to `port` on 127.0.0.1 and makes the first request.
    static PingPong open(int port) throws IOException {
        SocketChannel channel =
                SocketChannel.open(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
        try {
            return new PingPong(channel);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /// The pid of the server.
    int pid() {
        return pid;
    }

    /// Makes one request.
    @Override
    public void once() throws IOException {
        channel.write(out.rewind());
        in.clear().limit(answerBytes);
        while (in.hasRemaining()) {
            if (channel.read(in) < 0) {
                throw new EOFException("closed by " + pid);
            }
        }
    }

    /// Reads up to the line that ends the body.
    private String first() throws IOException {
        while (channel.read(in) >= 0) {
            String text = StandardCharsets.US_ASCII.decode(in.duplicate().flip()).toString();
            if (text.contains("pid=") && text.endsWith("\n")) {
                return text;
            }
        }
        throw new EOFException("closed before the first answer");
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // The descriptor is closed even if this fails.
        }
    }
}
