import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** Custom routing: one listener hands each connection to a worker of its choice. */
public class OneListener {
    private static final int WORKERS = 4;

    public static void main(String[] args) throws IOException {
        List<BlockingQueue<Socket>> workers = new ArrayList<>();
        for (int i = 0; i < WORKERS; i++) {
            workers.add(start("worker " + i));
        }
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            for (int i = 0; i < 8; i++) {
                try (Socket client = new Socket(server.getInetAddress(), server.getLocalPort())) {
                    // Strictly in turn, unlike SO_REUSEPORT's hash.
                    workers.get(i % WORKERS).add(server.accept());
                    byte[] answer = client.getInputStream().readAllBytes();
                    System.out.println("connection " + i + ": " + new String(answer));
                }
            }
        }
    }

    private static BlockingQueue<Socket> start(String name) {
        BlockingQueue<Socket> connections = new LinkedBlockingQueue<>();
        Thread worker = new Thread(() -> serve(name, connections), name);
        worker.setDaemon(true);
        worker.start();
        return connections;
    }

    private static void serve(String name, BlockingQueue<Socket> connections) {
        while (true) {
            try (Socket socket = connections.take()) {
                socket.getOutputStream().write(name.getBytes());
            } catch (IOException e) {
                System.out.println(name + ": " + e.getMessage());
            } catch (InterruptedException e) {
                return;
            }
        }
    }
}
