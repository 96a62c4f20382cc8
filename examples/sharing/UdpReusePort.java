import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.Set;

/** UDP with SO_REUSEPORT: the kernel spreads senders over the sockets, each always to the same. */
public class UdpReusePort {
    public static void main(String[] args) throws IOException {
        try (DatagramChannel probe = DatagramChannel.open()) {
            run(probe.supportedOptions(), 40);
        }
    }

    /** Binds two sockets if the platform lets them share a port, else one that gets all. */
    static void run(Set<SocketOption<?>> supported, int senders) throws IOException {
        boolean shares = supported.contains(StandardSocketOptions.SO_REUSEPORT);
        try (DatagramChannel first = bind(0, shares);
                DatagramChannel second = shares ? bind(port(first), true) : first) {
            System.out.println(shares ? "two sockets" : "no SO_REUSEPORT here: one socket");
            for (int i = 0; i < senders; i++) {
                try (DatagramChannel sender = DatagramChannel.open()) {
                    sender.send(ByteBuffer.wrap(new byte[] {1}), first.getLocalAddress());
                }
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

    private static DatagramChannel bind(int port, boolean share) throws IOException {
        DatagramChannel channel = DatagramChannel.open(StandardProtocolFamily.INET);
        channel.configureBlocking(false);
        if (share) {
            channel.setOption(StandardSocketOptions.SO_REUSEPORT, true);
        }
        return channel.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port));
    }

    private static int port(DatagramChannel channel) throws IOException {
        return ((InetSocketAddress) channel.getLocalAddress()).getPort();
    }
}
