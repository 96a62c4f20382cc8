package dev.berth.supervise.adoption;

import dev.berth.net.Protocol;
import dev.berth.supervise.steering.GroupKey;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.SockAddr;
import dev.berth.sys.SocketOption;
import dev.berth.sys.Sockets;

import java.util.List;
import java.util.Optional;

/// An internet socket of a child that is about to be bound: taken or, where pidfd_getfd is refused,
/// known only from /proc.
///
/// **Ownership:** the taken descriptor is this object's until [#detach]; [#close] closes it.
record ChildSocket(Optional<Fd> taken, Protocol protocol, int family, boolean multipath)
        implements AutoCloseable {
    /// The options that a replacement socket copies from the original, if they are set.
    private static final List<SocketOption> COPIED =
            List.of(
                    SocketOption.KEEPALIVE,
                    SocketOption.BINDTOIFINDEX,
                    SocketOption.FREEBIND,
                    SocketOption.TRANSPARENT);

    /// The socket behind `descriptor`; empty if it is not TCP or UDP, or is in another network
    /// namespace.
    ///
    /// @throws ErrnoException no such descriptor, or the process has ended
    static Optional<ChildSocket> of(ChildDescriptor descriptor, long namespace)
            throws ErrnoException {
        Fd fd;
        try {
            fd = descriptor.duplicate();
        } catch (ErrnoException failed) {
            if (!ChildDescriptor.refused(failed)) {
                throw failed;
            }
            return unseen(descriptor, failed);
        }
        Optional<ChildSocket> socket = inspect(fd, namespace);
        if (socket.isEmpty()) {
            fd.close();
        }
        return socket;
    }

    private static Optional<ChildSocket> inspect(Fd fd, long namespace) {
        try {
            int number = fd.number();
            int family = (int) SocketOption.DOMAIN.read(number);
            boolean inet = family == Sockets.AF_INET || family == Sockets.AF_INET6;
            if (!inet || foreign(number, namespace)) {
                return Optional.empty();
            }
            int type = (int) SocketOption.TYPE.read(number);
            int kind = (int) SocketOption.PROTOCOL.read(number);
            boolean multipath = kind == Sockets.IPPROTO_MPTCP;
            if (type == Sockets.SOCK_STREAM && kind == Sockets.IPPROTO_TCP || multipath) {
                return Optional.of(
                        new ChildSocket(Optional.of(fd), Protocol.TCP, family, multipath));
            }
            return type == Sockets.SOCK_DGRAM && kind == Sockets.IPPROTO_UDP
                    ? Optional.of(new ChildSocket(Optional.of(fd), Protocol.UDP, family, false))
                    : Optional.empty();
        } catch (ErrnoException notSuchASocket) {
            return Optional.empty();
        }
    }

    private static Optional<ChildSocket> unseen(ChildDescriptor descriptor, ErrnoException refusal)
            throws ErrnoException {
        String name = descriptor.protocolName().orElseThrow(() -> refusal);
        int family = name.endsWith("v6") ? Sockets.AF_INET6 : Sockets.AF_INET;
        Optional<Protocol> protocol =
                switch (name) {
                    case "TCP", "TCPv6", "MPTCP", "MPTCPv6" -> Optional.of(Protocol.TCP);
                    case "UDP", "UDPv6" -> Optional.of(Protocol.UDP);
                    default -> Optional.empty();
                };
        return protocol.filter(_ -> !descriptor.inOtherNamespace())
                .map(known -> new ChildSocket(Optional.empty(), known, family, false));
    }

    private static boolean foreign(int fd, long namespace) {
        try {
            return namespace != 0 && SocketOption.NETNS_COOKIE.read(fd) != namespace;
        } catch (ErrnoException tooOld) {
            return false;
        }
    }

    /// The cookie of this process's network namespace; 0 before Linux 5.14.
    static long ownNamespace() throws ErrnoException {
        int type = Sockets.SOCK_DGRAM | Sockets.SOCK_CLOEXEC;
        try (Fd probe = Fd.of("socket", "", Sockets.socket(Sockets.AF_INET, type, 0))) {
            return SocketOption.NETNS_COOKIE.read(probe.number());
        } catch (ErrnoException tooOld) {
            return 0;
        }
    }

    /// Whether it could be taken, so that everything about it can be read.
    boolean seen() {
        return taken.isPresent();
    }

    /// Whether the child's own socket can be a member of a group; if not, another must take its
    /// place.
    boolean usable() {
        return taken.isPresent() && !multipath;
    }

    /// The group that it belongs to once it is bound to `address`.
    GroupKey key(SockAddr.Inet address, boolean own) {
        return new GroupKey(protocol, address, v6only(address), device(), own);
    }

    private boolean v6only(SockAddr.Inet address) {
        if (!(address instanceof SockAddr.Inet6 six) || six.mapped().isPresent()) {
            return false;
        }
        return !six.wildcard() || option(SocketOption.V6ONLY) == 1;
    }

    private int device() {
        return (int) option(SocketOption.BINDTOIFINDEX);
    }

    /// Whether the program has set SO_REUSEPORT.
    boolean reuseport() {
        return option(SocketOption.REUSEPORT) == 1;
    }

    /// Whether the program has set SO_REUSEADDR.
    boolean reuseaddr() {
        return option(SocketOption.REUSEADDR) == 1;
    }

    private long option(SocketOption option) {
        try {
            return taken.isPresent() ? option.read(taken.get().number()) : 0;
        } catch (ErrnoException absent) {
            return 0;
        }
    }

    /// Hands the taken descriptor over to the caller.
    Fd detach() {
        return new Fd(taken.orElseThrow().release());
    }

    /// Moves the descriptor to a new object, for a caller that keeps it longer; this object is
    /// closed.
    ChildSocket moved() {
        Optional<Fd> fd = taken.map(open -> new Fd(open.release()));
        return new ChildSocket(fd, protocol, family, multipath);
    }

    /// A fresh plain socket of the same family and protocol, with the options that matter to a
    /// bind. This object is closed.
    ///
    /// **Ownership:** the caller closes it.
    Fd plainReplacement() throws ErrnoException {
        int type = protocol.socketType() | Sockets.SOCK_CLOEXEC;
        Fd twin = Fd.of("socket", protocol, Sockets.socket(family, type, protocol.number()));
        try {
            copy(twin);
            return twin;
        } catch (ErrnoException failed) {
            twin.close();
            throw failed;
        } finally {
            close();
        }
    }

    private void copy(Fd twin) throws ErrnoException {
        if (family == Sockets.AF_INET6) {
            SocketOption.V6ONLY.write(twin.number(), (int) option(SocketOption.V6ONLY));
        }
        for (SocketOption each : COPIED) {
            int value = (int) option(each);
            if (value != 0) {
                each.write(twin.number(), value);
            }
        }
    }

    @Override
    public void close() {
        taken.ifPresent(Fd::close);
    }
}
