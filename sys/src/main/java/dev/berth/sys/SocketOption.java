package dev.berth.sys;

import static dev.berth.sys.Sockets.IPPROTO_IP;
import static dev.berth.sys.Sockets.IPPROTO_IPV6;
import static dev.berth.sys.Sockets.IPPROTO_TCP;
import static dev.berth.sys.Sockets.SOL_SOCKET;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// A socket option whose value is a number.
///
/// **Source:** socket(7), ip(7), ipv6(7), tcp(7); `asm-generic/socket.h`.
public enum SocketOption {
    REUSEADDR(SOL_SOCKET, Sockets.SO_REUSEADDR),
    TYPE(SOL_SOCKET, Sockets.SO_TYPE),
    /// The pending error; reading it clears it.
    ERROR(SOL_SOCKET, Sockets.SO_ERROR),
    BROADCAST(SOL_SOCKET, 6),
    RCVBUF(SOL_SOCKET, Sockets.SO_RCVBUF),
    KEEPALIVE(SOL_SOCKET, 9),
    REUSEPORT(SOL_SOCKET, Sockets.SO_REUSEPORT),
    ACCEPTCONN(SOL_SOCKET, Sockets.SO_ACCEPTCONN),
    PROTOCOL(SOL_SOCKET, Sockets.SO_PROTOCOL),
    DOMAIN(SOL_SOCKET, Sockets.SO_DOMAIN),
    /// −1 if not set.
    INCOMING_CPU(SOL_SOCKET, Sockets.SO_INCOMING_CPU),
    /// 64 bits, unique for the life of the system. **Since:** Linux 4.12.
    COOKIE(SOL_SOCKET, Sockets.SO_COOKIE, Long.BYTES),
    /// Interface index, 0 for none. **Since:** Linux 5.1.
    BINDTOIFINDEX(SOL_SOCKET, 62),
    /// 64 bits, of the network namespace. **Since:** Linux 5.14.
    NETNS_COOKIE(SOL_SOCKET, Sockets.SO_NETNS_COOKIE, Long.BYTES),

    FREEBIND(IPPROTO_IP, 15),
    TRANSPARENT(IPPROTO_IP, 19),
    BIND_ADDRESS_NO_PORT(IPPROTO_IP, 24),

    V6ONLY(IPPROTO_IPV6, Sockets.IPV6_V6ONLY),

    NODELAY(IPPROTO_TCP, 1),
    DEFER_ACCEPT(IPPROTO_TCP, 9);

    private final int level;
    private final int number;
    private final int bytes;

    SocketOption(int level, int number) {
        this(level, number, Integer.BYTES);
    }

    SocketOption(int level, int number, int bytes) {
        this.level = level;
        this.number = number;
        this.bytes = bytes;
    }

    /// Reads the option's value. `ENOPROTOOPT`: the kernel, or this kind of socket, does not have
    /// it.
    public long read(int fd) throws ErrnoException {
        byte[] raw = new byte[bytes];
        int length = Sockets.getsockopt(fd, level, number, raw);
        ErrnoException.check("getsockopt", this + " of fd " + fd, length);
        ByteBuffer value = ByteBuffer.wrap(raw).order(ByteOrder.nativeOrder());
        return bytes == Long.BYTES ? value.getLong() : value.getInt();
    }

    /// Sets the option. `ENOPROTOOPT`: the option is unknown or can only be read.
    public void write(int fd, int value) throws ErrnoException {
        ErrnoException.check(
                "setsockopt", this + " of fd " + fd, Sockets.setsockopt(fd, level, number, value));
    }
}
