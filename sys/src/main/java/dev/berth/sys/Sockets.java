package dev.berth.sys;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/// Calls on sockets.
///
/// **Source:** the man page (section 2) of each name; constants from `asm-generic/socket.h`.
public final class Sockets {
    public static final int AF_UNSPEC = 0;
    public static final int AF_UNIX = 1;
    public static final int AF_INET = 2;
    public static final int AF_INET6 = 10;
    public static final int AF_NETLINK = 16;

    public static final int SOCK_STREAM = 1;
    public static final int SOCK_DGRAM = 2;
    public static final int SOCK_RAW = 3;
    public static final int SOCK_SEQPACKET = 5;
    public static final int SOCK_NONBLOCK = Descriptors.O_NONBLOCK;
    public static final int SOCK_CLOEXEC = Descriptors.O_CLOEXEC;

    public static final int IPPROTO_IP = 0;
    public static final int IPPROTO_TCP = 6;
    public static final int IPPROTO_UDP = 17;
    public static final int IPPROTO_IPV6 = 41;
    public static final int IPPROTO_MPTCP = 262;

    public static final int MSG_PEEK = 0x2;
    public static final int MSG_TRUNC = 0x20;
    public static final int MSG_DONTWAIT = 0x40;
    public static final int MSG_NOSIGNAL = 0x4000;

    public static final int SHUT_RD = 0;
    public static final int SHUT_WR = 1;
    public static final int SHUT_RDWR = 2;

    public static final int SOL_SOCKET = 1;
    public static final int SO_REUSEADDR = 2;
    public static final int SO_TYPE = 3;
    public static final int SO_ERROR = 4;
    public static final int SO_SNDBUF = 7;
    public static final int SO_RCVBUF = 8;
    public static final int SO_LINGER = 13;
    public static final int SO_REUSEPORT = 15;
    public static final int SO_PEERCRED = 17;
    public static final int SO_RCVTIMEO = 20;
    public static final int SO_SNDTIMEO = 21;
    public static final int SO_BINDTODEVICE = 25;
    public static final int SO_ATTACH_FILTER = 26;
    public static final int SO_ACCEPTCONN = 30;
    public static final int SO_PROTOCOL = 38;
    public static final int SO_DOMAIN = 39;
    public static final int SO_INCOMING_CPU = 49;
    public static final int SO_ATTACH_REUSEPORT_CBPF = 51;
    public static final int SO_ATTACH_REUSEPORT_EBPF = 52;
    public static final int SO_COOKIE = 57;
    public static final int SO_DETACH_REUSEPORT_BPF = 68;
    public static final int SO_NETNS_COOKIE = 71;
    public static final int IPV6_V6ONLY = 26;
    public static final int TCP_DEFER_ACCEPT = 9;
    public static final int TCP_INFO = 11;

    private static final int SOCKADDR_BYTES = 128;
    private static final int UCRED_BYTES = 12;

    private Sockets() {}

    /// Creates a socket; the caller closes it.
    public static int socket(int domain, int type, int protocol) {
        return (int) Kernel.call(Syscall.SOCKET, domain, type, protocol);
    }

    /// Creates two connected sockets in `ends`; the caller closes both.
    public static int socketpair(int domain, int type, int protocol, int[] ends) {
        return Descriptors.pair(Syscall.SOCKETPAIR, ends, 3, domain, type, protocol);
    }

    public static int bind(int fd, SockAddr address) {
        return withAddress(Syscall.BIND, fd, address);
    }

    public static int listen(int fd, int backlog) {
        return (int) Kernel.call(Syscall.LISTEN, fd, backlog);
    }

    /// Accepts a connection; the caller closes it. For the peer's address see [#getpeername].
    public static int accept4(int fd, int flags) {
        return (int) Kernel.call(Syscall.ACCEPT4, fd, 0, 0, flags);
    }

    public static int connect(int fd, SockAddr address) {
        return withAddress(Syscall.CONNECT, fd, address);
    }

    private static int withAddress(Syscall call, int fd, SockAddr address) {
        byte[] raw = address.encode();
        try (CallArena arena = new CallArena()) {
            return (int) arena.call(call, fd, arena.copy(raw).address(), raw.length);
        }
    }

    public static int shutdown(int fd, int how) {
        return (int) Kernel.call(Syscall.SHUTDOWN, fd, how);
    }

    /// Reads an option into `value`. Returns its length in bytes.
    public static int getsockopt(int fd, int level, int name, byte[] value) {
        try (CallArena arena = new CallArena()) {
            MemorySegment memory = arena.copy(value);
            MemorySegment length = arena.copy(new int[] {value.length});
            long result =
                    arena.call(
                            Syscall.GETSOCKOPT,
                            fd,
                            level,
                            name,
                            memory.address(),
                            length.address());
            CallArena.copyOut(memory, value, 0, value.length);
            return result < 0 ? (int) result : CallArena.firstInt(length);
        }
    }

    public static int setsockopt(int fd, int level, int name, int value) {
        byte[] raw = new byte[Integer.BYTES];
        ByteBuffer.wrap(raw).order(ByteOrder.nativeOrder()).putInt(value);
        return setsockopt(fd, level, name, raw);
    }

    public static int setsockopt(int fd, int level, int name, byte[] value) {
        try (CallArena arena = new CallArena()) {
            long memory = arena.copy(value).address();
            return (int) arena.call(Syscall.SETSOCKOPT, fd, level, name, memory, value.length);
        }
    }

    /// The address that a socket is bound to.
    public static SockAddr getsockname(int fd) throws ErrnoException {
        NameResult result = name(Syscall.GETSOCKNAME, fd);
        ErrnoException.check("getsockname", "fd " + fd, result.result);
        return SockAddr.decode(result.raw, result.length);
    }

    /// The address that a socket is connected to; empty if it is not connected.
    public static Optional<SockAddr> getpeername(int fd) throws ErrnoException {
        NameResult result = name(Syscall.GETPEERNAME, fd);
        if (Errno.ENOTCONN.is(result.result)) {
            return Optional.empty();
        }
        ErrnoException.check("getpeername", "fd " + fd, result.result);
        return Optional.of(SockAddr.decode(result.raw, result.length));
    }

    @SuppressWarnings("ArrayRecordComponent") // lives for one call
    private record NameResult(long result, byte[] raw, int length) {}

    private static NameResult name(Syscall call, int fd) {
        try (CallArena arena = new CallArena()) {
            MemorySegment memory = arena.zeroed(SOCKADDR_BYTES);
            MemorySegment length = arena.copy(new int[] {SOCKADDR_BYTES});
            long result = arena.call(call, fd, memory.address(), length.address());
            byte[] raw = new byte[SOCKADDR_BYTES];
            CallArena.copyOut(memory, raw, 0, SOCKADDR_BYTES);
            return new NameResult(result, raw, CallArena.firstInt(length));
        }
    }

    /// Sends the whole array. Returns the number of bytes sent.
    public static long send(int fd, byte[] message, int flags) {
        try (CallArena arena = new CallArena()) {
            long memory = arena.copy(message).address();
            return arena.call(Syscall.SENDTO, fd, memory, message.length, flags, 0, 0);
        }
    }

    /// Sends the whole array to an address. Returns the number of bytes sent.
    public static long sendto(int fd, byte[] message, int flags, SockAddr to) {
        byte[] raw = to.encode();
        try (CallArena arena = new CallArena()) {
            return arena.call(
                    Syscall.SENDTO,
                    fd,
                    arena.copy(message).address(),
                    message.length,
                    flags,
                    arena.copy(raw).address(),
                    raw.length);
        }
    }

    /// Receives into `buffer`. Returns the number of bytes received (with `MSG_TRUNC`: the length
    /// of the message).
    public static long recv(int fd, byte[] buffer, int flags) {
        try (CallArena arena = new CallArena()) {
            MemorySegment memory = arena.room(buffer.length);
            long count =
                    arena.call(Syscall.RECVFROM, fd, memory.address(), buffer.length, flags, 0, 0);
            int copied = Math.clamp(count, 0, buffer.length);
            CallArena.copyOut(memory, buffer, 0, copied);
            return count;
        }
    }

    /// The process that connected to, or created, the other end of a Unix stream socket.
    public static PeerCredentials peerCredentials(int fd) throws ErrnoException {
        byte[] raw = new byte[UCRED_BYTES];
        ErrnoException.check(
                "getsockopt",
                "SO_PEERCRED of fd " + fd,
                getsockopt(fd, SOL_SOCKET, SO_PEERCRED, raw));
        ByteBuffer ucred = ByteBuffer.wrap(raw).order(ByteOrder.nativeOrder());
        return new PeerCredentials(ucred.getInt(0), ucred.getInt(4), ucred.getInt(8));
    }

    /// Attaches a classic BPF program to a reuseport group; it chooses among the group's sockets.
    ///
    /// **Shape:** an instruction is one `long`, as for [Seccomp].
    public static int attachClassic(int fd, long[] instructions) {
        return attach(fd, SO_ATTACH_REUSEPORT_CBPF, instructions);
    }

    /// Attaches a classic BPF program to a socket. It decides how much of each packet the socket
    /// gets, counted from the transport header; a packet of which it gets nothing is dropped.
    /// Accepted connections inherit the program.
    ///
    /// **Shape:** as for [#attachClassic].
    ///
    /// **Source:** socket(7), `SO_ATTACH_FILTER`.
    public static int attachFilter(int fd, long[] instructions) {
        return attach(fd, SO_ATTACH_FILTER, instructions);
    }

    private static int attach(int fd, int option, long[] instructions) {
        try (CallArena arena = new CallArena()) {
            MemorySegment program = SockFprogLayout.of(arena, instructions);
            return (int)
                    arena.call(
                            Syscall.SETSOCKOPT,
                            fd,
                            SOL_SOCKET,
                            option,
                            program.address(),
                            program.byteSize());
        }
    }
}
