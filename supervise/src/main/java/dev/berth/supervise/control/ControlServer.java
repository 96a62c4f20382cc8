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
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/// Answers commands at a Unix socket, those of the same user and of root only.
///
/// One named platform thread accepts; each conversation has one of its own, at most 32 at a time
/// ([Conversations]). A client that is slow, sends rubbish or hangs up costs its own conversation
/// only.
public final class ControlServer implements AutoCloseable {
    private static final Duration REQUEST_PATIENCE = Duration.ofSeconds(5);
    private static final Duration SEND_PATIENCE = Duration.ofSeconds(5);
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(2);
    private static final long PAUSE_NANOS = 10_000_000;

    private final Path socket;
    private final Fd listener;
    private final Conversations conversations;
    private final Thread acceptor;
    private volatile boolean closed;

    /// Does what a client asks for.
    public interface Handler {
        /// Carries a command out and returns its exit code. Called on a thread of its own for each
        /// client; `out` and `err` take a line each, and may be called from any thread until it
        /// returns.
        ///
        /// - `client`: who asks; its pid is 0 when it is of another pid namespace
        int handle(
                PeerCredentials client,
                List<String> words,
                Consumer<String> out,
                Consumer<String> err);
    }

    private ControlServer(
            Path socket, Fd listener, Conversations conversations, ThreadFactory threads) {
        this.socket = socket;
        this.listener = listener;
        this.conversations = conversations;
        this.acceptor = threads.newThread(this::acceptAll);
        acceptor.setName("control");
    }

    /// Answers from now on.
    ///
    /// @param socket `RUNTIME/NAME/control`; RUNTIME exists, `NAME` is made, and what is in it is
    ///   replaced: the caller has the name, see [NameLock]
    public static ControlServer open(Path socket, Handler handler) throws IOException {
        return open(socket, handler, REQUEST_PATIENCE);
    }

    static ControlServer open(Path socket, Handler handler, Duration requestPatience)
            throws IOException {
        return open(socket, handler, requestPatience, Thread.ofPlatform().daemon().factory());
    }

    /// @param threads makes its threads; a test has some that cannot be started
    static ControlServer open(
            Path socket, Handler handler, Duration requestPatience, ThreadFactory threads)
            throws IOException {
        Conversations conversations = new Conversations(requestPatience, handler, threads);
        try {
            Fd listener = ControlSocket.listen(socket.toAbsolutePath());
            var server = new ControlServer(socket, listener, conversations, threads);
            server.start();
            return server;
        } catch (IOException | RuntimeException | Error failed) {
            conversations.close();
            throw failed;
        }
    }

    private void start() throws IOException {
        try {
            acceptor.start();
        } catch (OutOfMemoryError limit) {
            remove();
            listener.close();
            throw Conversations.noThread(limit);
        }
    }

    private void acceptAll() {
        while (!closed) {
            long accepted = Sockets.accept4(listener.number(), Sockets.SOCK_CLOEXEC);
            if (accepted >= 0) {
                greet(new Fd((int) accepted));
            } else if (!closed && !Errno.ECONNABORTED.is(accepted)) {
                // Out of descriptors, as a rule: others may close some.
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    /// Nothing that a client brings ends the thread that accepts.
    private void greet(Fd client) {
        try {
            PeerCredentials peer = Sockets.peerCredentials(client.number());
            ControlFrame.timeout(client.number(), Sockets.SO_SNDTIMEO, SEND_PATIENCE.toNanos());
            if (!mayAsk(peer.uid(), Processes.geteuid())) {
                refuse(
                        client,
                        "berth: you are uid "
                                + peer.uid()
                                + ": only uid "
                                + Processes.geteuid()
                                + " and root may ask this supervisor");
            } else if (!conversations.begin(client, peer)) {
                refuse(
                        client,
                        "berth: busy with "
                                + Conversations.MOST
                                + " other commands; try again later");
            }
        } catch (IOException | RuntimeException | Error failed) {
            client.close();
        }
    }

    private static void refuse(Fd client, String why) {
        try (client) {
            new ControlReply(client.number()).refuse(why);
        }
    }

    static boolean mayAsk(int peer, int own) {
        return peer == own || peer == 0;
    }

    /// Takes no more commands, gives running ones two seconds to end, and removes the socket and
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
            conversations.close(CLOSE_PATIENCE);
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
            // Somebody else's file is in it; the next supervisor of this name sweeps it.
        }
    }
}
