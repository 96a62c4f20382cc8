package dev.berth.cli.demo;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The server of `berth demo`: HTTP/1.1 with keep-alive on the plain JDK, with a virtual thread for
/// each connection. Its answers say which process served. Usage: `Whoami PORT`; port 0 means any
/// free port.
///
/// On SIGTERM it stops accepting, answers pending requests, and closes: a response in progress says
/// `Connection: close`, and a connection without a request is closed at once.
public final class Whoami {
    private static final long STOP_MILLIS = 5_000;
    private static final long PAUSE_MILLIS = 5;

    private final ServerSocket listener;
    private final Map<String, String> environment;
    private final Set<WhoamiConnection> connections = ConcurrentHashMap.newKeySet();
    private volatile boolean stopping;

    public Whoami(ServerSocket listener, Map<String, String> environment) {
        this.listener = listener;
        this.environment = environment;
    }

    public static void main(String[] args) throws IOException {
        var server = new Whoami(new ServerSocket(Integer.parseInt(args[0])), System.getenv());
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(server::stop));
        System.out.println("listening on port " + server.port());
        server.serve();
    }

    public int port() {
        return listener.getLocalPort();
    }

    boolean stopping() {
        return stopping;
    }

    /// Accepts until [#stop].
    public void serve() {
        while (!stopping) {
            try {
                Socket socket = listener.accept();
                Thread.ofVirtual().start(() -> converse(socket));
            } catch (IOException failed) {
                // Closed by stop, or the client is already gone.
            }
        }
    }

    private void converse(Socket socket) {
        try (socket) {
            var connection = new WhoamiConnection(this, socket);
            connections.add(connection);
            try {
                connection.serve();
            } finally {
                connections.remove(connection);
            }
        } catch (IOException hungUp) {
            // Nobody is left to receive the error.
        }
    }

    /// Stops the server; returns when all connections are closed, or after five seconds.
    public void stop() {
        stopping = true;
        try {
            listener.close();
            long end = System.nanoTime() + STOP_MILLIS * 1_000_000;
            while (!connections.isEmpty() && System.nanoTime() - end < 0) {
                connections.forEach(WhoamiConnection::closeIfIdle);
                Thread.sleep(PAUSE_MILLIS);
            }
        } catch (IOException | InterruptedException over) {
            // The process ends in any case.
        }
    }

    String describe(Socket socket) {
        return "pid "
                + ProcessHandle.current().pid()
                + " slot "
                + environment.getOrDefault("BERTH_SLOT", "-")
                + " generation "
                + environment.getOrDefault("BERTH_GENERATION", "-")
                + " peer "
                + socket.getInetAddress().getHostAddress()
                + ":"
                + socket.getPort()
                + "\n";
    }
}
