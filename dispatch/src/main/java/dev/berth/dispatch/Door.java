package dev.berth.dispatch;

import dev.berth.bpf.Classic;
import dev.berth.bpf.Classic.JumpIf;
import dev.berth.bpf.Classic.Load;
import dev.berth.bpf.Classic.Return;
import dev.berth.bpf.ClassicProgram;
import dev.berth.bpf.Condition;
import dev.berth.bpf.Label;
import dev.berth.bpf.Width;
import dev.berth.net.ListenAddress;
import dev.berth.net.Listeners;
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
/// **ownership**: owns its descriptor.
final class Door implements AutoCloseable {
    private static final int BATCH = 64;
    private static final Set<Errno> NOTHING_LEFT =
            Set.of(Errno.EMFILE, Errno.ENFILE, Errno.ENOBUFS, Errno.ENOMEM);

    /// What a listener that is none any more answers: it would be ready for ever.
    private static final Set<Errno> BROKEN =
            Set.of(Errno.EINVAL, Errno.EBADF, Errno.ENOTSOCK, Errno.EOPNOTSUPP);

    /// The byte of the flags in a TCP header, and the one of them that begins a handshake.
    private static final int FLAGS_OFFSET = 13;

    private static final int SYN = 0x02;

    /// Nothing of a segment that has the SYN flag, and all of any other.
    private static final long[] NO_SYN =
            ClassicProgram.of(
                            new Load(Width.BYTE, FLAGS_OFFSET),
                            new JumpIf(Condition.ANY_BIT, SYN, Classic.NEXT, "pass"),
                            new Return(0),
                            new Label("pass"),
                            new Return(-1))
                    .assemble();

    private final Fd fd;
    private final ListenAddress address;
    private boolean open;

    private Door(Fd fd, ListenAddress address) {
        this.fd = fd;
        this.address = address;
    }

    /// What accepting a batch came to.
    enum Result {
        /// Nobody waits any more, or nobody more is wanted now.
        DONE,
        /// There may be more.
        MORE,
        /// No descriptor or memory is left.
        NOTHING_LEFT,
        /// It accepts nothing any more.
        BROKEN
    }

    /// Who gets the connections.
    interface Hall {
        /// Whether one more is wanted.
        boolean room();

        /// Takes a connection's descriptor over.
        void enter(Fd accepted);
    }

    /// A socket that listens there; connections wait in it until [#accept].
    ///
    /// @param deferSeconds how long the kernel keeps a connection whose client sends nothing; 0:
    ///   not at all
    static Door open(ListenAddress where, int backlog, int deferSeconds) throws ErrnoException {
        Fd fd = Listeners.open(where, false, OptionalInt.of(0));
        try {
            if (deferSeconds > 0) {
                SocketOption.DEFER_ACCEPT.write(fd.number(), deferSeconds);
            }
            Listeners.listen(fd, backlog);
            int port = ((SockAddr.Inet) Sockets.getsockname(fd.number())).port();
            return new Door(fd, where.withPort(port));
        } catch (ErrnoException failed) {
            fd.close();
            throw failed;
        }
    }

    int fd() {
        return fd.number();
    }

    /// Where it listens, with the port that the kernel chose if it was to.
    ListenAddress address() {
        return address;
    }

    /// How it stands; empty once it is closed. By any thread.
    Optional<Doorstep> doorstep() {
        try {
            TcpInfo info = TcpInfo.of(fd.number());
            return Optional.of(new Doorstep(address, info.queue(), info.backlog()));
        } catch (ErrnoException | IllegalStateException closed) {
            return Optional.empty();
        }
    }

    /// Whether the loop is to look at it.
    void open(boolean now, Reactor reactor) {
        if (open != now && fd.isOpen()) {
            open = now;
            reactor.change(fd.number(), now ? Epoll.EPOLLIN : 0);
        }
    }

    /// Lets nobody in who has not begun a handshake: the first segment of a newcomer is dropped, so
    /// that it tries again after a second and finds what there is then. Where the kernel has no
    /// memory for that they come in and are served, or wait until the listener is closed.
    void turnAway() {
        Sockets.attachFilter(fd.number(), NO_SYN);
    }

    /// Whether nobody waits in it.
    boolean empty() {
        return doorstep().filter(step -> step.queue() > 0).isEmpty();
    }

    Result accept(Hall hall) {
        for (int i = 0; i < BATCH; i++) {
            if (!hall.room()) {
                return Result.DONE;
            }
            int accepted = Sockets.accept4(fd.number(), Sockets.SOCK_CLOEXEC);
            if (accepted >= 0) {
                hall.enter(new Fd(accepted));
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
