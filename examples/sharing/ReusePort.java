import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Set;

/** Scenario 4: with SO_REUSEPORT on both, two sockets listen on one port and share its clients. */
public class ReusePort {
    public static void main(String[] args) throws IOException {
        try (ServerSocketChannel probe = ServerSocketChannel.open()) {
            run(probe.supportedOptions(), 40);
        }
    }

    /** Opens two listeners if the platform lets them share a port, else one that serves all. */
    static void run(Set<SocketOption<?>> supported, int clients) throws IOException {
        boolean shares = supported.contains(StandardSocketOptions.SO_REUSEPORT);
        try (ServerSocketChannel first = listen(0, shares);
                ServerSocketChannel second = shares ? listen(port(first), true) : first) {
            System.out.println(shares ? "two listeners" : "no SO_REUSEPORT here: one listener");
            int[] served = new int[2];
            for (int i = 0; i < clients; i++) {
                try (SocketChannel client = SocketChannel.open(first.getLocalAddress())) {
                    served[take(first, second)]++;
                }
            }
            System.out.println("first " + served[0] + ", second " + served[1]);
        }
    }

    /** Returns which of the two received the latest connection. */
    private static int take(ServerSocketChannel first, ServerSocketChannel second)
            throws IOException {
        while (true) {
            for (ServerSocketChannel server : new ServerSocketChannel[] {first, second}) {
                SocketChannel accepted = server.accept();
                if (accepted != null) {
                    accepted.close();
                    return server == first ? 0 : 1;
                }
            }
        }
    }

    private static ServerSocketChannel listen(int port, boolean share) throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open();
        if (share) {
            server.setOption(StandardSocketOptions.SO_REUSEPORT, true);
        }
        server.configureBlocking(false);
        return server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    }

    private static int port(ServerSocketChannel server) throws IOException {
        return ((InetSocketAddress) server.getLocalAddress()).getPort();
    }
}
