import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/**
 * Scenario 5, where the rule of thumb is wrong: with SO_REUSEPORT on both, 0.0.0.0 and a specific
 * address can use the same port. The specific address wins for clients that connect to it.
 */
public class WildcardAndSpecific {
    public static void main(String[] args) throws IOException {
        try (ServerSocketChannel probe = ServerSocketChannel.open()) {
            if (!probe.supportedOptions().contains(StandardSocketOptions.SO_REUSEPORT)) {
                System.out.println("no SO_REUSEPORT here: 0.0.0.0 excludes every other address");
                return;
            }
        }
        try (ServerSocketChannel wildcard = listen("0.0.0.0", 0);
                ServerSocketChannel specific = listen("127.0.0.1", port(wildcard))) {
            System.out.println("both bound");
            for (String address : new String[] {"127.0.0.1", "127.0.0.2"}) {
                try (SocketChannel client = connect(address, port(wildcard))) {
                    SocketChannel accepted = specific.accept();
                    System.out.println(
                            address + " -> " + (accepted == null ? "wildcard" : "specific"));
                    if (accepted != null) {
                        accepted.close();
                    }
                }
            }
        }
    }

    private static SocketChannel connect(String address, int port) throws IOException {
        return SocketChannel.open(new InetSocketAddress(InetAddress.getByName(address), port));
    }

    private static ServerSocketChannel listen(String address, int port) throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open();
        server.setOption(StandardSocketOptions.SO_REUSEPORT, true);
        server.configureBlocking(false);
        return server.bind(new InetSocketAddress(InetAddress.getByName(address), port));
    }

    private static int port(ServerSocketChannel server) throws IOException {
        return ((InetSocketAddress) server.getLocalAddress()).getPort();
    }
}
