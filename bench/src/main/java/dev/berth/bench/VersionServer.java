package dev.berth.bench;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;

/// Versions of one application on the JDK's own HTTP server, corresponding to those in
/// `bench/versions`: good, boot (listens, and fails after 1.6 s), silent (listens, never accepts),
/// dies (exits at the first request).
final class VersionServer {
    private static final long LOADS_MILLIS = 1_600;
    private static final int THREADS = 8;

    private VersionServer() {}

    /// Arguments: version, address, port.
    public static void main(String[] arguments) throws Exception {
        String version = arguments[0];
        var address = new InetSocketAddress(arguments[1], Integer.parseInt(arguments[2]));
        HttpServer server = HttpServer.create(address, 0);
        if (version.equals("boot")) {
            Thread.sleep(LOADS_MILLIS);
            throw new ClassNotFoundException("there.is.no.such.Type");
        }
        if (version.equals("silent")) {
            Thread.sleep(Long.MAX_VALUE);
        }
        server.createContext("/", exchange -> answer(exchange, version));
        server.setExecutor(Executors.newFixedThreadPool(THREADS));
        server.start();
    }

    private static void answer(HttpExchange exchange, String version) throws IOException {
        if (version.equals("dies")) {
            Runtime.getRuntime().halt(4);
        }
        String body = "version pid=" + ProcessHandle.current().pid() + "\n";
        byte[] bytes = body.getBytes(StandardCharsets.US_ASCII);
        try (exchange) {
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }
}
