package dev.berth.supervise;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/// A server to be supervised, on the plain JDK, run in a JVM of its own: `socket` is a loop around
/// `ServerSocket.accept`; `channel` registers its channel with a selector before binding it.
final class JavaServer {
    private JavaServer() {}

    public static void main(String[] arguments) throws IOException {
        if (arguments[0].equals("socket")) {
            socket();
        } else {
            channel();
        }
    }

    private static void socket() throws IOException {
        try (ServerSocket listener = new ServerSocket(8080)) {
            while (true) {
                try (Socket client = listener.accept()) {
                    client.getInputStream().read(new byte[4096]);
                    client.getOutputStream().write(answer());
                }
            }
        }
    }

    private static void channel() throws IOException {
        try (Selector selector = Selector.open();
                ServerSocketChannel listener = ServerSocketChannel.open()) {
            listener.configureBlocking(false);
            listener.register(selector, SelectionKey.OP_ACCEPT);
            selector.selectNow();
            listener.bind(new InetSocketAddress(8080));
            while (true) {
                selector.select(key -> accept(listener));
            }
        }
    }

    private static void accept(ServerSocketChannel listener) {
        try (SocketChannel client = listener.accept()) {
            if (client != null) {
                client.read(ByteBuffer.allocate(4096));
                client.write(ByteBuffer.wrap(answer()));
            }
        } catch (IOException gone) {
            System.err.println("client: " + gone);
        }
    }

    private static byte[] answer() {
        String me = System.getenv("BERTH_SLOT") + "." + System.getenv("BERTH_GENERATION");
        String body = me + " " + ProcessHandle.current().pid();
        return ("HTTP/1.0 200 OK\r\n\r\n" + body).getBytes(StandardCharsets.US_ASCII);
    }
}
