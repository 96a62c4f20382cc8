import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;

/** Scenario 2: without options, a second listener on the same address and port is refused. */
public class SecondBind {
    public static void main(String[] args) throws IOException {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try (ServerSocket first = new ServerSocket(0, 50, loopback)) {
            System.out.println("first: bound");
            try (ServerSocket second = new ServerSocket(first.getLocalPort(), 50, loopback)) {
                System.out.println("second: bound to " + second.getLocalSocketAddress());
            } catch (BindException e) {
                System.out.println("second: refused, " + e.getMessage());
            }
        }
    }
}
