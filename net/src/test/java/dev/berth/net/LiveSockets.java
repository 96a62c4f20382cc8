package dev.berth.net;

import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.SockAddr;
import dev.berth.sys.Sockets;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.locks.LockSupport;

/// Sockets that a test opens, closed at its end.
final class LiveSockets implements AutoCloseable {
    private static final long LIMIT_NANOS = 10_000_000_000L;

    private final Deque<Fd> open = new ArrayDeque<>();

    Fd bound(String address) throws ErrnoException {
        return add(ListenerFactory.open(ListenAddress.parse(address), false, OptionalInt.empty()));
    }

    Fd shared(String address) throws ErrnoException {
        return add(ListenerFactory.open(ListenAddress.parse(address), true, OptionalInt.empty()));
    }

    Fd v6only(String address, int value) throws ErrnoException {
        return add(
                ListenerFactory.open(ListenAddress.parse(address), false, OptionalInt.of(value)));
    }

    Fd listening(String address, int backlog) throws ErrnoException {
        Fd fd = bound(address);
        ListenerFactory.listen(fd, backlog);
        return fd;
    }

    /// All open sockets.
    List<Fd> all() {
        return List.copyOf(open);
    }

    /// A client whose connect(2) has begun; non-blocking.
    Fd connecting(String address) throws ErrnoException {
        ListenAddress to = ListenAddress.parse(address);
        int type = to.protocol().socketType() | Sockets.SOCK_CLOEXEC | Sockets.SOCK_NONBLOCK;
        Fd fd = add(Fd.of("socket", to, Sockets.socket(to.address().family(), type, 0)));
        int rc = Sockets.connect(fd.number(), to.address());
        if (rc < 0 && rc != -115) {
            throw new ErrnoException("connect", to.toString(), -rc);
        }
        return fd;
    }

    /// Waits for the next connection of a listener.
    Fd accepted(Fd listener) throws IOException {
        int[] got = {-1};
        until(() -> (got[0] = Sockets.accept4(listener.number(), Sockets.SOCK_CLOEXEC)) >= 0);
        return add(new Fd(got[0]));
    }

    SockAddr.Inet local(Fd fd) throws ErrnoException {
        return (SockAddr.Inet) Sockets.getsockname(fd.number());
    }

    /// A condition whose check may fail.
    interface Condition {
        boolean holds() throws IOException;
    }

    /// Waits until `condition` is true, at most 10 s.
    static void until(Condition condition) throws IOException {
        long start = System.nanoTime();
        while (!condition.holds()) {
            if (System.nanoTime() - start > LIMIT_NANOS) {
                throw new AssertionError("condition still not met after 10 s");
            }
            LockSupport.parkNanos(1_000_000);
        }
    }

    private Fd add(Fd fd) {
        open.push(fd);
        return fd;
    }

    @Override
    public void close() {
        open.forEach(Fd::close);
    }
}
