package dev.berth.examples;

import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/// A `java.net.ServerSocket` loop that answers one request a connection with its pid. It has no
/// shutdown hook: on SIGTERM it dies at once, whatever it was doing.
public final class SocketLoopServer {
    private SocketLoopServer() {}

    /// Serves until it is killed. Argument: the port.
    @SuppressWarnings("InfiniteLoop")
    public static void main(String[] args) throws IOException {
        byte[] answer = answer("java ServerSocket pid=" + ProcessHandle.current().pid() + "\n");
        try (var server = new ServerSocket(Integer.parseInt(args[0]))) {
            while (true) {
                Socket client = server.accept();
                Thread.ofVirtual().start(() -> serve(client, answer));
            }
        }
    }

    private static void serve(Socket client, byte[] answer) {
        try (client) {
            readHead(client.getInputStream());
            client.getOutputStream().write(answer);
        } catch (IOException e) {
            // The client went away: there is nobody left to tell.
        }
    }

    /// Reads up to the blank line that ends a request's head, so that closing does not reset.
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

    private static byte[] answer(String body) {
        String head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + body.length();
        return (head + "\r\n\r\n" + body).getBytes(StandardCharsets.US_ASCII);
    }
}
