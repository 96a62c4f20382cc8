import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;

/**
 * Scenario 6: with SO_REUSEADDR two UDP sockets bind one port, but a unicast datagram goes to only
 * one of them: on Linux, to the one bound last.
 */
public class UdpUnicast {
    public static void main(String[] args) throws IOException {
        try (DatagramChannel first = bind(0);
                DatagramChannel second = bind(port(first));
                DatagramChannel sender = DatagramChannel.open()) {
            System.out.println("both bound");
            for (int i = 0; i < 10; i++) {
                sender.send(ByteBuffer.wrap(new byte[] {1}), first.getLocalAddress());
            }
            System.out.println("first got " + drain(first) + ", second got " + drain(second));
        }
    }

    /** Counts queued datagrams: on loopback, all have arrived by the time send() returns. */
    private static int drain(DatagramChannel channel) throws IOException {
        int count = 0;
        while (channel.receive(ByteBuffer.allocate(1)) != null) {
            count++;
        }
        return count;
    }

    private static DatagramChannel bind(int port) throws IOException {
        DatagramChannel channel = DatagramChannel.open(StandardProtocolFamily.INET);
        channel.configureBlocking(false);
        channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
        return channel.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port));
    }

    private static int port(DatagramChannel channel) throws IOException {
        return ((InetSocketAddress) channel.getLocalAddress()).getPort();
    }
}
