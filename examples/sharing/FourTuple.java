import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** Many connections share one local port: both addresses and both ports identify each. */
public class FourTuple {
    public static void main(String[] args) throws IOException {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try (ServerSocket server = new ServerSocket(0, 50, loopback)) {
            Socket[] accepted = new Socket[3];
            for (int i = 0; i < accepted.length; i++) {
                Socket client = new Socket();
                client.connect(new InetSocketAddress(loopback, server.getLocalPort()));
                // The client stays open: its port distinguishes this connection from the next.
                accepted[i] = server.accept();
            }
            for (Socket socket : accepted) {
                System.out.println(
                        "local "
                                + socket.getLocalSocketAddress()
                                + ", remote "
                                + socket.getRemoteSocketAddress());
            }
            boolean one = accepted[0].getLocalPort() == accepted[2].getLocalPort();
            System.out.println("one local port: " + one);
        }
    }
}
