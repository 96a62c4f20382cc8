package dev.berth.dispatch;

import dev.berth.bpf.Cbpf;
import dev.berth.bpf.Cbpf.JumpIf;
import dev.berth.bpf.Cbpf.Load;
import dev.berth.bpf.Cbpf.Return;
import dev.berth.bpf.CbpfProgram;
import dev.berth.bpf.JumpCondition;
import dev.berth.bpf.Label;
import dev.berth.bpf.Width;
import dev.berth.net.ListenAddress;
import dev.berth.net.ListenerFactory;
import dev.berth.net.TcpInfo;
import dev.berth.sys.Epoll;
import dev.berth.sys.Errno;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.SockAddr;
import dev.berth.sys.SocketOption;
import dev.berth.sys.Sockets;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/// A listener of the dispatcher.
///
/// **Ownership:** owns its descriptor.
final class Acceptor implements AutoCloseable {
    private static final int BATCH = 64;
    private static final Set<Errno> NOTHING_LEFT =
            Set.of(Errno.EMFILE, Errno.ENFILE, Errno.ENOBUFS, Errno.ENOMEM);

    /// Errors of a socket that is no longer a listener; epoll would report it ready forever.
    private static final Set<Errno> BROKEN =
            Set.of(Errno.EINVAL, Errno.EBADF, Errno.ENOTSOCK, Errno.EOPNOTSUPP);

    /// The offset of the flags in a TCP header, and the flag that begins a handshake.
    private static final int FLAGS_OFFSET = 13;

    private static final int SYN = 0x02;

    /// A filter that drops segments with the SYN flag and accepts all others.
    private static final long[] NO_SYN =
            CbpfProgram.of(
                            new Load(Width.BYTE, FLAGS_OFFSET),
                            new JumpIf(JumpCondition.ANY_BIT, SYN, Cbpf.NEXT, "pass"),
                            new Return(0),
                            new Label("pass"),
                            new Return(-1))
                    .assemble();

    private final Fd fd;
    private final ListenAddress address;
    private boolean open;

    private Acceptor(Fd fd, ListenAddress address) {
        this.fd = fd;
        this.address = address;
    }

    /// The outcome of accepting a batch.
    enum Result {
        /// The queue is empty, or no more connections are wanted now.
        DONE,
        /// There may be more.
        MORE,
        /// No descriptor or memory is left.
        NOTHING_LEFT,
        /// The socket no longer accepts connections.
        BROKEN
    }

    /// The receiver of accepted connections.
    interface ConnectionHandler {
        /// Whether another connection is wanted.
        boolean hasRoom();

        /// Takes ownership of a connection's descriptor.
        void handle(Fd accepted);
    }

    /// Opens a listener; connections wait in its queue until [#accept].
    ///
    /// @param deferSeconds how long the kernel holds back a connection whose client sends nothing;
    ///   0 for not at all
    static Acceptor open(ListenAddress where, int backlog, int deferSeconds) throws ErrnoException {
        Fd fd = ListenerFactory.open(where, false, OptionalInt.of(0));
        try {
            if (deferSeconds > 0) {
                SocketOption.DEFER_ACCEPT.write(fd.number(), deferSeconds);
            }
            ListenerFactory.listen(fd, backlog);
            int port = ((SockAddr.Inet) Sockets.getsockname(fd.number())).port();
            return new Acceptor(fd, where.withPort(port));
        } catch (ErrnoException failed) {
            fd.close();
            throw failed;
        }
    }

    int fd() {
        return fd.number();
    }

    /// The listening address, with the port that the kernel chose if port 0 was requested.
    ListenAddress address() {
        return address;
    }

    /// Its current state; empty once it is closed. May be called by any thread.
    Optional<ListenerStats> stats() {
        try {
            TcpInfo info = TcpInfo.of(fd.number());
            return Optional.of(new ListenerStats(address, info.queue(), info.backlog()));
        } catch (ErrnoException | IllegalStateException closed) {
            return Optional.empty();
        }
    }

    /// Sets whether the loop accepts from it.
    void setPolled(boolean now, Reactor reactor) {
        if (open != now && fd.isOpen()) {
            open = now;
            reactor.change(fd.number(), now ? Epoll.EPOLLIN : 0);
        }
    }

    /// Admits only clients that have already begun a handshake: a newcomer's first segment is
    /// dropped, so the client retries after a second and finds whatever listens then. If the kernel
    /// has no memory for the filter, newcomers get in and are served, or wait until the listener is
    /// closed.
    void dropNewHandshakes() {
        Sockets.attachFilter(fd.number(), NO_SYN);
    }

    /// Whether its accept queue is empty.
    boolean empty() {
        return stats().filter(step -> step.queue() > 0).isEmpty();
    }

    Result accept(ConnectionHandler handler) {
        for (int i = 0; i < BATCH; i++) {
            if (!handler.hasRoom()) {
                return Result.DONE;
            }
            int accepted = Sockets.accept4(fd.number(), Sockets.SOCK_CLOEXEC);
            if (accepted >= 0) {
                handler.handle(new Fd(accepted));
                continue;
            }
            Errno why = Errno.of(-accepted);
            if (why == Errno.EAGAIN) {
                return Result.DONE;
            }
            if (NOTHING_LEFT.contains(why)) {
                return Result.NOTHING_LEFT;
            }
            if (BROKEN.contains(why)) {
                return Result.BROKEN;
            }
        }
        return Result.MORE;
    }

    @Override
    public void close() {
        fd.close();
    }
}
