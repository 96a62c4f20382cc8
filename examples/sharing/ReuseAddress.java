import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

/**
 * Scenario 3: a port in TIME_WAIT can be bound again at once if SO_REUSEADDR was set on the *old*
 * listener and is set on the new one. Setting it only on the new one does not help.
 */
public class ReuseAddress {
    public static void main(String[] args) throws IOException {
        System.out.println("neither: " + restart(false, false));
        System.out.println("new only: " + restart(false, true));
        System.out.println("both: " + restart(true, true));
    }

    private static String restart(boolean before, boolean after) throws IOException {
        int port = serveOnce(before);
        try (ServerSocket server = listen(port, after)) {
            return "bound again, with " + (server.getReuseAddress() ? "" : "no ") + "SO_REUSEADDR";
        } catch (BindException e) {
            return "refused, " + e.getMessage();
        }
    }

    /** Serves one connection and closes it first, which leaves the port in TIME_WAIT. */
    private static int serveOnce(boolean reuseAddress) throws IOException {
        try (ServerSocket server = listen(0, reuseAddress)) {
            try (Socket client = new Socket(server.getInetAddress(), server.getLocalPort())) {
                server.accept().close();
                client.getInputStream().read();
            }
            return server.getLocalPort();
        }
    }

    private static ServerSocket listen(int port, boolean reuseAddress) throws IOException {
        ServerSocket server = new ServerSocket();
        // Java sets it by default, except on Windows, so "forgetting" it must be done explicitly.
        server.setReuseAddress(reuseAddress);
        try {
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return server;
        } catch (IOException e) {
            server.close();
            throw e;
        }
    }
}
