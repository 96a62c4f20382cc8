package dev.berth.dispatch;

import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.SockAddr;
import dev.berth.sys.SocketOption;
import dev.berth.sys.Sockets;

import org.jspecify.annotations.Nullable;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/// An accepted connection that no worker has taken yet.
///
/// **Ownership:** owns the descriptor until [#close] or [#reset].
final class AcceptedConnection {
    private static final SockAddr.Inet NOBODY = new SockAddr.Inet4(0, 0);
    private static final byte[] AT_ONCE = {1, 0, 0, 0, 0, 0, 0, 0};

    private final Fd fd;
    private final AtomicInteger held;
    private SockAddr.@Nullable Inet client;
    private boolean proxied;
    private Optional<AddressPair> ends = Optional.empty();

    /// @param held the dispatcher's count of connections that it holds
    AcceptedConnection(Fd fd, AtomicInteger held) {
        this.fd = fd;
        this.held = held;
        held.incrementAndGet();
    }

    int fd() {
        return fd.number();
    }

    /// Whether a PROXY header was consumed.
    boolean proxied() {
        return proxied;
    }

    void proxied(Optional<AddressPair> told) {
        proxied = true;
        ends = told;
    }

    /// The true ends, if a PROXY header gave them.
    Optional<AddressPair> addresses() {
        return ends;
    }

    /// The client's address, as far as it is known.
    SockAddr.Inet client() {
        if (client == null) {
            client = ends.map(AddressPair::source).orElseGet(this::peer);
        }
        return client;
    }

    private SockAddr.Inet peer() {
        try {
            return Sockets.getpeername(fd())
                    .filter(SockAddr.Inet.class::isInstance)
                    .map(SockAddr.Inet.class::cast)
                    .orElse(NOBODY);
        } catch (ErrnoException gone) {
            return NOBODY;
        }
    }

    /// `SO_COOKIE`; 0 if it cannot be read.
    long cookie() {
        try {
            return SocketOption.COOKIE.read(fd());
        } catch (ErrnoException unknown) {
            return 0;
        }
    }

    void close() {
        if (fd.isOpen()) {
            held.decrementAndGet();
        }
        fd.close();
    }

    /// Closes it so that the client sees a reset, as it would from a closed port.
    void reset() {
        Sockets.setsockopt(fd(), Sockets.SOL_SOCKET, Sockets.SO_LINGER, AT_ONCE);
        close();
    }
}
