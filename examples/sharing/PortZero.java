import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Set;

/** Port 0 asks the kernel for a port: one that no other TCP listener uses. */
public class PortZero {
    public static void main(String[] args) throws IOException {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        Set<Integer> ports = new HashSet<>();
        try (ServerSocket first = new ServerSocket(0, 50, loopback);
                ServerSocket second = new ServerSocket(0, 50, loopback);
                ServerSocket third = new ServerSocket(0, 50, loopback)) {
            for (ServerSocket server : new ServerSocket[] {first, second, third}) {
                System.out.println("bound to port " + server.getLocalPort());
                ports.add(server.getLocalPort());
            }
        }
        System.out.println("different ports: " + ports.size());
    }
}
