package dev.berth.examples.worker;

import dev.berth.worker.BerthListener;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/// What the samples share: the source of connections, and a thread for each.
final class SampleConnections {
    private static final int BACKLOG = 1024;
    private static final int USUAL_PORT = 8080;

    private SampleConnections() {}

    interface Handler {
        /// Serves one client to its end; the socket is closed afterwards.
        void serve(Socket client) throws IOException;
    }

    private interface ConnectionSource {
        /// Returns `null` when no more connections will come.
        @Nullable SocketChannel accept() throws IOException;
    }

    /// The first argument, or the usual port if there is none.
    static int port(String... args) {
        return args.length > 0 ? Integer.parseInt(args[0]) : USUAL_PORT;
    }

    /// Serves until the dispatcher drains this process, then finishes the open connections.
    ///
    /// @param port where to listen if no dispatcher started this process
    static void serveAll(int port, Handler handler) throws IOException {
        if (BerthListener.available()) {
            try (BerthListener listener = BerthListener.open()) {
                serveAll(listener::accept, handler);
            }
        } else {
            try (ServerSocketChannel listener = ServerSocketChannel.open()) {
                listener.bind(new InetSocketAddress(port), BACKLOG);
                serveAll(listener::accept, handler);
            }
        }
    }

    private static void serveAll(ConnectionSource acceptor, Handler handler) throws IOException {
        ExecutorService threads = threads();
        SocketChannel next = acceptor.accept();
        while (next != null) {
            SocketChannel client = next;
            threads.execute(() -> serve(client, handler));
            next = acceptor.accept();
        }
        threads.shutdown();
        awaitEnd(threads);
    }

    private static void serve(SocketChannel client, Handler handler) {
        try (client) {
            handler.serve(client.socket());
        } catch (IOException gone) {
            // The client has gone; there is nobody to report to.
        }
    }

    /// Virtual threads if available; looked up by name, because Java 17 has none.
    private static ExecutorService threads() {
        if (Runtime.version().feature() < 21) {
            return Executors.newCachedThreadPool();
        }
        try {
            return (ExecutorService)
                    Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("since Java 21", e);
        }
    }

    /// Virtual threads do not keep a JVM alive.
    private static void awaitEnd(ExecutorService threads) {
        try {
            threads.awaitTermination(Long.MAX_VALUE, TimeUnit.NANOSECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
