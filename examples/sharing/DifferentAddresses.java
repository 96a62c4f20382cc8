import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;

/**
 * Scenario 5: one port, different addresses. Specific addresses do not conflict; the wildcard
 * conflicts with all. (Linux has all of 127.0.0.0/8; on macOS add 127.0.0.2 with ifconfig first.)
 */
public class DifferentAddresses {
    public static void main(String[] args) throws IOException {
        try (ServerSocket one = listen(0, "127.0.0.1")) {
            System.out.println("127.0.0.1: bound");
            attempt(one.getLocalPort(), "127.0.0.2");
            attempt(one.getLocalPort(), "0.0.0.0");
        }
    }

    private static void attempt(int port, String address) throws IOException {
        try (ServerSocket server = listen(port, address)) {
            System.out.println(
                    address + ": bound, on the same port " + (server.getLocalPort() == port));
        } catch (BindException e) {
            System.out.println(address + ": refused, " + e.getMessage());
        }
    }

    private static ServerSocket listen(int port, String address) throws IOException {
        return new ServerSocket(port, 50, InetAddress.getByName(address));
    }
}
