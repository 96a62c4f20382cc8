import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;

/** Scenario 6, where it is right: every socket on the port gets a copy of a multicast datagram. */
public class UdpMulticast {
    private static final String GROUP = "239.1.2.3";

    public static void main(String[] args) throws IOException {
        NetworkInterface loopback =
                NetworkInterface.getByInetAddress(InetAddress.getByName("127.0.0.1"));
        try (DatagramChannel first = join(0, loopback);
                DatagramChannel second = join(port(first), loopback);
                DatagramChannel sender = DatagramChannel.open(StandardProtocolFamily.INET)) {
            System.out.println("both joined");
            sender.setOption(StandardSocketOptions.IP_MULTICAST_IF, loopback);
            for (int i = 0; i < 10; i++) {
                sender.send(
                        ByteBuffer.wrap(new byte[] {1}), new InetSocketAddress(GROUP, port(first)));
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

    private static DatagramChannel join(int port, NetworkInterface device) throws IOException {
        DatagramChannel channel = DatagramChannel.open(StandardProtocolFamily.INET);
        channel.configureBlocking(false);
        channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
        channel.bind(new InetSocketAddress(port));
        channel.join(InetAddress.getByName(GROUP), device);
        return channel;
    }

    private static int port(DatagramChannel channel) throws IOException {
        return ((InetSocketAddress) channel.getLocalAddress()).getPort();
    }
}
