package dev.berth.net;

import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.SocketOption;
import dev.berth.sys.Sockets;

import java.util.OptionalInt;

/// Makes sockets that listen.
public final class Listeners {
    private static final String MIGRATE_REQUESTS = "/proc/sys/net/ipv4/tcp_migrate_req";

    private Listeners() {}

    /// A bound socket, not yet listening: non-blocking and close-on-exec, in the network namespace
    /// of the calling thread.
    ///
    /// TCP gets SO_REUSEADDR, as nearly every server sets it: connections that the last one left
    /// are then not in the way. UDP never gets it: there it would let the last binder of the port
    /// take all datagrams.
    ///
    /// **ownership**: the caller closes it.
    ///
    /// @param reuseport whether SO_REUSEPORT is set, so that others of the same uid can share it
    /// @param v6only IPV6_V6ONLY 0 or 1, empty for the system's default; ignored for IPv4
    /// @throws ErrnoException `EADDRINUSE`, `EADDRNOTAVAIL` (no such address here), `EACCES` (a
    ///   port below `ip_unprivileged_port_start`), `EAFNOSUPPORT` (no IPv6)
    public static Fd open(ListenAddress where, boolean reuseport, OptionalInt v6only)
            throws ErrnoException {
        int family = where.address().family();
        int type = where.protocol().socketType() | Sockets.SOCK_NONBLOCK | Sockets.SOCK_CLOEXEC;
        long number = Sockets.socket(family, type, where.protocol().number());
        Fd fd = Fd.of("socket", where, number);
        try {
            prepare(fd.number(), where, reuseport, v6only);
            long bound = Sockets.bind(fd.number(), where.address());
            ErrnoException.check("bind", where.address(), bound);
            return fd;
        } catch (ErrnoException failed) {
            fd.close();
            throw failed;
        }
    }

    /// Makes a bound TCP socket listen, or changes the backlog of one that does.
    ///
    /// @param backlog connections that may wait to be accepted; the kernel admits one more, and
    ///   none beyond `net.core.somaxconn`
    /// @throws ErrnoException `EADDRINUSE` if another socket listens there since the bind
    public static void listen(Fd fd, int backlog) throws ErrnoException {
        long rc = Sockets.listen(fd.number(), backlog);
        ErrnoException.check("listen", Sockets.getsockname(fd.number()), rc);
    }

    /// Whether the kernel moves the queue of a closing listener to another of its group:
    /// `net.ipv4.tcp_migrate_req` in the network namespace of the calling thread.
    ///
    /// **since** Linux 5.14; false on an older kernel.
    public static boolean migrateRequestsEnabled() {
        byte[] value = new byte[1];
        return ProcFiles.read(MIGRATE_REQUESTS, value) == 1 && value[0] == '1';
    }

    private static void prepare(int fd, ListenAddress where, boolean reuseport, OptionalInt v6only)
            throws ErrnoException {
        if (where.protocol() == Protocol.TCP) {
            SocketOption.REUSEADDR.write(fd, 1);
        }
        if (reuseport) {
            SocketOption.REUSEPORT.write(fd, 1);
        }
        if (v6only.isPresent() && where.address().family() == DiagQuery.INET6) {
            SocketOption.V6ONLY.write(fd, v6only.getAsInt());
        }
    }
}
