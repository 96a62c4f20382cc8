package dev.berth.net;

import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.SocketOption;
import dev.berth.sys.Sockets;

import java.util.OptionalInt;

/// Opens sockets for listening.
public final class ListenerFactory {
    private static final String MIGRATE_REQUESTS = "/proc/sys/net/ipv4/tcp_migrate_req";

    private ListenerFactory() {}

    /// Opens a bound socket that does not listen yet: non-blocking and close-on-exec, in the
    /// network namespace of the calling thread.
    ///
    /// TCP sockets get SO_REUSEADDR, as nearly every server sets it, so that connections left
    /// behind by the previous server do not block the bind. UDP sockets never get it: there it
    /// would let the last process to bind the port take all datagrams.
    ///
    /// **Ownership:** the caller closes it.
    ///
    /// @param reuseport whether to set SO_REUSEPORT, so that other sockets with the same uid can
    ///   share the port
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
    /// @param backlog number of connections that may wait to be accepted; the kernel admits one
    ///   more, and none beyond `net.core.somaxconn`
    /// @throws ErrnoException `EADDRINUSE` if another socket started to listen there after the bind
    public static void listen(Fd fd, int backlog) throws ErrnoException {
        long rc = Sockets.listen(fd.number(), backlog);
        ErrnoException.check("listen", Sockets.getsockname(fd.number()), rc);
    }

    /// Whether the kernel moves the queue of a closing listener to another listener of its group:
    /// `net.ipv4.tcp_migrate_req` in the network namespace of the calling thread.
    ///
    /// **Since:** Linux 5.14; false on an older kernel.
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
