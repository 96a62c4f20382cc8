package dev.berth.supervise.control;

import dev.berth.sys.Errno;
import dev.berth.sys.Fd;
import dev.berth.sys.PeerCredentials;
import dev.berth.sys.Processes;
import dev.berth.sys.Sockets;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.LockSupport;

/// Answers commands at a Unix socket, from the same user and from root only.
///
/// One named platform thread accepts. Conversations have threads of their own, at most 32
/// conversations at a time ([ControlConnections]). A client that is slow, sends garbage or hangs up
/// only affects its own conversation.
public final class ControlServer implements AutoCloseable {
    private static final Duration REQUEST_PATIENCE = Duration.ofSeconds(5);
    private static final Duration SEND_PATIENCE = Duration.ofSeconds(5);
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(2);
    private static final long PAUSE_NANOS = 10_000_000;

    private final Path socket;
    private final Fd listener;
    private final ControlConnections connections;
    private final Thread acceptor;
    private volatile boolean closed;

    /// Carries out the commands.
    public interface Handler {
        /// Carries a request out. It is called on a thread other than the one that accepts.
        ///
        /// @param client the process that asks; its pid is 0 if it is in another pid namespace
        /// @param answer takes what there is to say before the result, from any thread until this
        ///   returns
        ControlResult handle(PeerCredentials client, ControlRequest request, Answer answer);
    }

    /// What a client receives before the result.
    public interface Answer {
        /// Passes on a line for users.
        void line(String line);

        /// Passes on a JSON object.
        void data(String json);
    }

    private ControlServer(
            Path socket, Fd listener, ControlConnections connections, ThreadFactory threads) {
        this.socket = socket;
        this.listener = listener;
        this.connections = connections;
        this.acceptor = threads.newThread(this::acceptAll);
        acceptor.setName("control");
    }

    /// Starts to answer commands.
    ///
    /// @param socket `RUNTIME/NAME/control`; RUNTIME exists, `NAME` is created, and its contents
    ///   are replaced: the caller holds the name, see [NameLock]
    public static ControlServer open(Path socket, Handler handler) throws IOException {
        return open(socket, handler, REQUEST_PATIENCE);
    }

    static ControlServer open(Path socket, Handler handler, Duration requestPatience)
            throws IOException {
        return open(socket, handler, requestPatience, Thread.ofPlatform().daemon().factory());
    }

    /// The same, with threads of the caller's choice.
    ///
    /// @param threads makes its threads; a test passes one whose threads cannot be started
    static ControlServer open(
            Path socket, Handler handler, Duration requestPatience, ThreadFactory threads)
            throws IOException {
        ControlConnections connections = new ControlConnections(requestPatience, handler, threads);
        try {
            Fd listener = ControlSocket.listen(socket.toAbsolutePath());
            var server = new ControlServer(socket, listener, connections, threads);
            server.start();
            return server;
        } catch (IOException | RuntimeException | Error failed) {
            connections.close();
            throw failed;
        }
    }

    private void start() throws IOException {
        try {
            acceptor.start();
        } catch (OutOfMemoryError limit) {
            remove();
            listener.close();
            throw ControlConnections.noThread(limit);
        }
    }

    private void acceptAll() {
        while (!closed) {
            long accepted = Sockets.accept4(listener.number(), Sockets.SOCK_CLOEXEC);
            if (accepted >= 0) {
                greet(new Fd((int) accepted));
            } else if (!closed && !Errno.ECONNABORTED.is(accepted)) {
                // Usually out of descriptors; others may be closed soon.
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    /// Nothing that a client does ends the accepting thread.
    private void greet(Fd client) {
        try {
            PeerCredentials peer = Sockets.peerCredentials(client.number());
            ControlFrame.timeout(client.number(), Sockets.SO_SNDTIMEO, SEND_PATIENCE.toNanos());
            if (!mayAsk(peer.uid(), Processes.geteuid())) {
                refuse(
                        client,
                        ("you are uid %s: only uid %s and root are permitted to command"
                                        + " this supervisor")
                                .formatted(peer.uid(), Processes.geteuid()));
            } else if (!connections.begin(client, peer)) {
                refuse(
                        client,
                        "busy with "
                                + ControlConnections.MOST
                                + " other commands; try again later");
            }
        } catch (IOException | RuntimeException | Error failed) {
            client.close();
        }
    }

    private static void refuse(Fd client, String why) {
        try (client) {
            new ControlReply(client.number()).refuse(new CommandRefusedException(why));
        }
    }

    static boolean mayAsk(int peer, int own) {
        return peer == own || peer == 0;
    }

    /// Accepts no more commands, gives running ones two seconds to end, and removes the socket and
    /// its directory. Closing twice is harmless.
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        Sockets.shutdown(listener.number(), Sockets.SHUT_RDWR);
        try {
            acceptor.join(CLOSE_PATIENCE);
            connections.close(CLOSE_PATIENCE);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        remove();
        listener.close();
    }

    private void remove() {
        try {
            Files.deleteIfExists(socket);
            Files.deleteIfExists(Objects.requireNonNull(socket.getParent()));
        } catch (IOException stays) {
            // It contains another user's file; the next supervisor with this name removes it.
        }
    }
}
