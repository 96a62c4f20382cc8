package dev.berth.samples;

import io.undertow.Undertow;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.GracefulShutdownHandler;
import io.undertow.util.Headers;

/// Undertow, which finishes open requests on SIGTERM.
public final class UndertowServer {
    private static final long STOP_MILLIS = 10_000;
    private static final String BODY = "undertow pid=" + ProcessHandle.current().pid() + "\n";

    private UndertowServer() {}

    /// Serves until SIGTERM. Argument: the port.
    public static void main(String[] args) {
        var graceful = new GracefulShutdownHandler(UndertowServer::answer);
        Undertow server =
                Undertow.builder()
                        .addHttpListener(
                                args.length > 0 ? Integer.parseInt(args[0]) : 8080, "0.0.0.0")
                        .setIoThreads(2)
                        .setWorkerThreads(4)
                        .setHandler(graceful)
                        .build();
        server.start();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server, graceful)));
    }

    private static void answer(HttpServerExchange exchange) {
        exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "text/plain");
        exchange.getResponseSender().send(BODY);
    }

    private static void stop(Undertow server, GracefulShutdownHandler graceful) {
        graceful.shutdown();
        try {
            graceful.awaitShutdown(STOP_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        server.stop();
    }
}
