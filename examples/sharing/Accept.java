import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Scenario 1: one listener; each accept() returns a new socket on the listener's own port. */
public class Accept {
    public static void main(String[] args) throws IOException {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try (ServerSocket server = new ServerSocket(0, 50, loopback)) {
            Thread echo = new Thread(() -> serve(server));
            echo.setDaemon(true);
            echo.start();
            for (String word : new String[] {"one", "two", "three"}) {
                System.out.println(word + " -> " + ask(loopback, server.getLocalPort(), word));
            }
        }
    }

    private static void serve(ServerSocket server) {
        while (true) {
            try (Socket client = server.accept()) {
                client.getInputStream().transferTo(client.getOutputStream());
            } catch (IOException e) {
                return;
            }
        }
    }

    private static String ask(InetAddress host, int port, String word) throws IOException {
        try (Socket socket = new Socket(host, port)) {
            socket.getOutputStream().write(word.getBytes(StandardCharsets.UTF_8));
            socket.shutdownOutput();
            byte[] answer = socket.getInputStream().readAllBytes();
            return new String(answer, StandardCharsets.UTF_8);
        }
    }
}
