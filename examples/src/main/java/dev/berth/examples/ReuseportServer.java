package dev.berth.examples;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/// A keep-alive server that sets SO_REUSEPORT itself, so that several instances share a port
/// without help: the baseline for throughput under `berth run`. One thread per connection.
public final class ReuseportServer {
    private static final int HEAD_BYTES = 4096;

    private ReuseportServer() {}

    /// Serves until it is killed. Argument: the port on 127.0.0.1.
    @SuppressWarnings("InfiniteLoop")
    public static void main(String[] args) throws IOException {
        var address = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), Port.of(args));
        byte[] answer = answer("java reuseport pid=" + ProcessHandle.current().pid() + "\n");
        try (var server = ServerSocketChannel.open()) {
            server.setOption(StandardSocketOptions.SO_REUSEPORT, true).bind(address, 1024);
            while (true) {
                SocketChannel client = server.accept();
                Thread.ofPlatform().daemon().start(() -> serve(client, answer));
            }
        }
    }

    private static void serve(SocketChannel client, byte[] answer) {
        ByteBuffer in = ByteBuffer.allocateDirect(HEAD_BYTES);
        ByteBuffer out = ByteBuffer.allocateDirect(answer.length).put(answer);
        try (client) {
            client.setOption(StandardSocketOptions.TCP_NODELAY, true);
            while (client.read(in) > 0) {
                if (endsHead(in)) {
                    in.clear();
                    client.write(out.rewind());
                }
            }
        } catch (IOException e) {
            // The client has gone; there is nobody to report to.
        }
    }

    /// Whether the bytes so far end in a blank line. Clients of this server do not pipeline.
    private static boolean endsHead(ByteBuffer in) {
        return in.position() >= 4 && in.getInt(in.position() - 4) == 0x0d0a0d0a;
    }

    private static byte[] answer(String body) {
        String head = "HTTP/1.1 200 OK\r\nContent-Length: " + body.length();
        return (head + "\r\n\r\n" + body).getBytes(StandardCharsets.US_ASCII);
    }
}
