package dev.berth.sys;

import static dev.berth.sys.ErrnoException.check;

/// TCP sockets on the loopback interface.
final class Tcp {
    static final SockAddr.Inet4 LOOPBACK = new SockAddr.Inet4(0x7f00_0001, 0);

    private Tcp() {}

    static Fd socket() throws ErrnoException {
        int type = Sockets.SOCK_STREAM | Sockets.SOCK_CLOEXEC;
        return Fd.of("socket", "tcp", Sockets.socket(Sockets.AF_INET, type, 0));
    }

    /// A socket bound to a port that the kernel chose.
    static Fd bound() throws ErrnoException {
        Fd fd = socket();
        check("bind", LOOPBACK, Sockets.bind(fd.number(), LOOPBACK));
        return fd;
    }

    static Fd listening() throws ErrnoException {
        Fd fd = bound();
        check("listen", fd, Sockets.listen(fd.number(), 16));
        return fd;
    }

    static SockAddr.Inet name(Fd fd) throws ErrnoException {
        return (SockAddr.Inet) Sockets.getsockname(fd.number());
    }

    /// A port that is not in use; the kernel has just assigned it and taken it back.
    static int freePort() throws ErrnoException {
        try (Fd fd = bound()) {
            return name(fd).port();
        }
    }
}
