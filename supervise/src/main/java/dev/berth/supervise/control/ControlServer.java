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
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/// Answers commands at a Unix socket, those of the same user and of root only.
///
/// One named platform thread accepts; each conversation has one of its own, at most 32 at a time. A
/// client that is slow, sends rubbish or hangs up costs its own conversation only.
public final class ControlServer implements AutoCloseable {
    static final int MOST_CONVERSATIONS = 32;

    private static final Duration REQUEST_PATIENCE = Duration.ofSeconds(5);
    private static final Duration SEND_PATIENCE = Duration.ofSeconds(5);
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(2);
    private static final long PAUSE_NANOS = 10_000_000;

    private final Path socket;
    private final Fd listener;
    private final Handler handler;
    private final Duration requestPatience;
    private final Semaphore conversations = new Semaphore(MOST_CONVERSATIONS);
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

    private ControlServer(Path socket, Fd listener, Handler handler, Duration requestPatience) {
        this.socket = socket;
        this.listener = listener;
        this.handler = handler;
        this.requestPatience = requestPatience;
        this.acceptor = Thread.ofPlatform().name("control").daemon().unstarted(this::acceptAll);
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
        var server =
                new ControlServer(
                        socket,
                        ControlSocket.listen(socket.toAbsolutePath()),
                        handler,
                        requestPatience);
        server.acceptor.start();
        return server;
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
            } else if (!conversations.tryAcquire()) {
                refuse(
                        client,
                        "berth: busy with "
                                + MOST_CONVERSATIONS
                                + " other commands; try again later");
            } else {
                converse(client, peer);
            }
        } catch (IOException | RuntimeException failed) {
            client.close();
        }
    }

    static boolean mayAsk(int peer, int own) {
        return peer == own || peer == 0;
    }

    /// Fits into the socket's buffer, so it does not wait.
    private static void refuse(Fd client, String why) throws IOException {
        try (client) {
            new ControlFrame(ControlFrame.Kind.ERR, why).send(client.number());
            new ControlFrame(ControlFrame.Kind.EXIT, "1").send(client.number());
            // Closing with the command unread would reset the connection, answer and all.
            Sockets.shutdown(client.number(), Sockets.SHUT_WR);
            Sockets.recv(client.number(), new byte[1 << 12], Sockets.MSG_DONTWAIT);
        }
    }

    private void converse(Fd client, PeerCredentials peer) {
        Thread.ofPlatform()
                .name("control client")
                .daemon()
                .start(
                        () -> {
                            try (client) {
                                answer(client.number(), peer);
                            } catch (IOException gone) {
                                // Rubbish, or hung up: nobody is left to be told.
                            } finally {
                                conversations.release();
                            }
                        });
    }

    /// A client that has left by now, having waited long enough, was told that nothing happens.
    private void answer(int fd, PeerCredentials peer) throws IOException {
        ControlFrame request =
                ControlFrame.receive(fd, ControlFrame.MOST_BYTES, Optional.of(requestPatience));
        if (request.kind() != ControlFrame.Kind.COMMAND) {
            return;
        }
        var reply = new ControlReply(fd);
        if (!reply.send(ControlFrame.Kind.ALIVE, "")) {
            return;
        }
        int code;
        try {
            code =
                    handler.handle(
                            peer,
                            request.words(),
                            line -> reply.send(ControlFrame.Kind.OUT, line),
                            line -> reply.send(ControlFrame.Kind.ERR, line));
        } catch (RuntimeException bug) {
            reply.send(ControlFrame.Kind.ERR, "berth: the supervisor failed to answer: " + bug);
            code = 1;
        }
        reply.send(ControlFrame.Kind.EXIT, Integer.toString(code));
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
            boolean over =
                    conversations.tryAcquire(
                            MOST_CONVERSATIONS, CLOSE_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            if (over) {
                conversations.release(MOST_CONVERSATIONS);
            }
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
