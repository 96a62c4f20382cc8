package dev.berth.bench;

import dev.berth.worker.BerthListener;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/// A minimal server, so that a measurement shows the cost of connections: it reads once, answers
/// with its pid, and closes, as `examples/servers/node/cluster.js` does. A few threads do this
/// independently, each with one connection at a time.
final class MinimalWorker {
    private static final int BACKLOG = 4096;
    private static final byte[] ANSWER = answer("pid=" + ProcessHandle.current().pid() + "\n");

    private MinimalWorker() {}

    private interface AcceptLoop {
        /// Returns `null` when no more connections will come.
        @Nullable SocketChannel accept() throws IOException;
    }

    /// Arguments: the port, used if no dispatcher starts it, and the number of threads.
    public static void main(String[] args) throws IOException {
        AcceptLoop acceptor = acceptor(Integer.parseInt(args[0]));
        for (int i = 0; i < Integer.parseInt(args[1]); i++) {
            Thread.ofPlatform().start(() -> serve(acceptor));
        }
    }

    private static AcceptLoop acceptor(int port) throws IOException {
        if (BerthListener.available()) {
            return BerthListener.open()::accept;
        }
        return ServerSocketChannel.open().bind(new InetSocketAddress(port), BACKLOG)::accept;
    }

    private static void serve(AcceptLoop acceptor) {
        ByteBuffer in = ByteBuffer.allocateDirect(4_096);
        ByteBuffer out = ByteBuffer.allocateDirect(ANSWER.length).put(ANSWER);
        try {
            SocketChannel client = acceptor.accept();
            while (client != null) {
                answer(client, in.clear(), out.rewind());
                client = acceptor.accept();
            }
        } catch (IOException noMore) {
            System.err.println(noMore);
        }
    }

    private static void answer(SocketChannel client, ByteBuffer in, ByteBuffer out) {
        try (client) {
            if (client.read(in) > 0) {
                client.write(out);
            }
        } catch (IOException gone) {
            // The client has gone; there is nobody to report to.
        }
    }

    private static byte[] answer(String body) {
        String head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: ";
        return (head + body.length() + "\r\n\r\n" + body).getBytes(StandardCharsets.US_ASCII);
    }
}
