package dev.berth.examples;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;

/// `com.sun.net.httpserver` with keep-alive, which finishes open requests on SIGTERM. `GET
/// /slow?ms=N` answers after N milliseconds.
public final class GracefulHttpServer {
    private static final int STOP_SECONDS = 10;

    private GracefulHttpServer() {}

    /// Serves until SIGTERM. Argument: the port.
    public static void main(String[] args) throws IOException {
        // Without it a response on a kept connection waits for the client's delayed ACK.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        var server = HttpServer.create(new InetSocketAddress(Port.of(args)), 0);
        String body = "jdk httpserver pid=" + ProcessHandle.current().pid() + "\n";
        server.createContext("/", exchange -> answer(exchange, body));
        server.createContext("/slow", exchange -> answerLate(exchange, body));
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        Runtime.getRuntime().addShutdownHook(new Thread(() -> server.stop(STOP_SECONDS)));
        server.start();
    }

    private static void answerLate(HttpExchange exchange, String body) throws IOException {
        String query = exchange.getRequestURI().getQuery();
        try {
            Thread.sleep(Long.parseLong(query.substring("ms=".length())));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        answer(exchange, body);
    }

    private static void answer(HttpExchange exchange, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.US_ASCII);
        try (exchange) {
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }
}
