package dev.berth.examples;

import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/// A `java.net.ServerSocket` loop that answers one request per connection with its pid. It has no
/// shutdown hook: on SIGTERM it dies at once, whatever it was doing.
public final class SocketLoopServer {
    private SocketLoopServer() {}

    /// Serves until it is killed. Argument: the port.
    @SuppressWarnings("InfiniteLoop")
    public static void main(String[] args) throws IOException {
        byte[] answer = answer("java ServerSocket");
        try (var server = new ServerSocket(Port.of(args))) {
            while (true) {
                Socket client = server.accept();
                Thread.ofVirtual().start(() -> serve(client, answer, () -> {}));
            }
        }
    }

    /// Answers one request.
    ///
    /// @param work what to do between the request and its response
    static void serve(Socket client, byte[] answer, Runnable work) {
        try (client) {
            readHead(client.getInputStream());
            work.run();
            client.getOutputStream().write(answer);
        } catch (IOException e) {
            // The client has gone; there is nobody to report to.
        }
    }

    /// Reads up to the blank line that ends a request's head, so that closing does not cause a
    /// reset.
    private static void readHead(InputStream in) throws IOException {
        int last = 0;
        int next;
        while ((next = in.read()) != -1) {
            last = (last << 8) | next;
            if (last == 0x0d0a0d0a) {
                return;
            }
        }
    }

    /// A response that names its process.
    static byte[] answer(String server) {
        String body = server + " pid=" + ProcessHandle.current().pid() + "\n";
        String head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + body.length();
        return (head + "\r\n\r\n" + body).getBytes(StandardCharsets.US_ASCII);
    }
}
