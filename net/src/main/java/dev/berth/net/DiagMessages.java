package dev.berth.net;

import dev.berth.sys.SockAddr;
import dev.berth.sys.Sockets;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;

/// Encodes sock_diag requests and decodes the rows of the answer.
///
/// **Shape:** a request (host byte order except for ports and addresses; 72 bytes, 84 with a port
/// filter):
///
///      0  nlmsghdr          len u32, type u16, flags u16, seq u32, pid u32
///     16  inet_diag_req_v2  family u8, protocol u8, ext u8, pad u8, states u32
///     24    inet_diag_sockid  sport be16, dport be16, src 16, dst 16, if u32, cookie 2×u32
///     72  rtattr            len u16 = 12, type u16 = BYTECODE (1)
///     76    op              code u8 = S_EQ (11), yes u8 = 8, no u16 = 12 (past the end: reject)
///     80    op              0 u8, 0 u8, port u16
///
/// The port is filtered by this bytecode and not by `sport`, which the walk over bound sockets
/// ignores.
///
/// Multipath TCP has a protocol number that does not fit: it follows in an attribute (8 bytes) of
/// type PROTOCOL (3), and the field is 0, so that a kernel that does not know it answers ENOENT.
///
/// A request without the dump flag, with both addresses and the cookie `~0`, is a look-up: it asks
/// which socket a packet would reach. For UDP the kernel expects the two ends swapped.
///
/// **Shape:** a row (72 bytes, then attributes aligned to 4):
///
///      0  family u8, state u8, timer u8, retrans u8
///      4  inet_diag_sockid (48)
///     52  expires u32, rqueue u32, wqueue u32, uid u32, inode u32
///
/// **Source:** sock_diag(7), include/uapi/linux/inet_diag.h, net/ipv4/inet_diag.c
final class DiagMessages {
    static final int HEADER_BYTES = 16;
    static final int ROW_BYTES = 72;

    private static final int SOCK_DIAG_BY_FAMILY = 20;
    private static final int REQUEST_AND_DUMP = 0x301;
    private static final int REQUEST = 1;
    private static final int REQUEST_BYTES = 72;
    private static final int FILTER_BYTES = 12;
    private static final int BYTECODE = 1;
    private static final int PROTOCOL_BYTES = 8;
    private static final int PROTOCOL = 3;
    private static final int SOURCE_PORT_EQUALS = 11;

    private static final int INFO = DiagAttributes.INFO;
    private static final int SKMEMINFO = DiagAttributes.SKMEMINFO;
    private static final int TIMER_TIME_WAIT = 3;

    private DiagMessages() {}

    static byte[] request(DiagQuery query, int family, int sequence) {
        boolean filtered = query.localPort().isPresent();
        int length = REQUEST_BYTES + (filtered ? FILTER_BYTES : 0);
        byte[] request = new byte[length];
        ByteBuffer out = header(request, REQUEST_AND_DUMP, sequence);
        out.put((byte) family).put((byte) query.protocol().number());
        out.put(extensions(query)).put((byte) 0).putInt(query.stateBits());
        if (filtered) {
            out.position(REQUEST_BYTES);
            portFilter(out, query.localPort().getAsInt());
        }
        return request;
    }

    /// The same request for Multipath-TCP sockets.
    static byte[] multipath(DiagQuery query, int family, int sequence) {
        byte[] plain = request(query, family, sequence);
        byte[] request = Arrays.copyOf(plain, plain.length + PROTOCOL_BYTES);
        ByteBuffer out = ByteBuffer.wrap(request).order(ByteOrder.nativeOrder());
        out.putInt(0, request.length).put(HEADER_BYTES + 1, (byte) 0).position(plain.length);
        out.putShort((short) PROTOCOL_BYTES).putShort((short) PROTOCOL);
        out.putInt(Sockets.IPPROTO_MPTCP);
        return request;
    }

    static byte[] lookup(DiagLookup lookup, int sequence) {
        byte[] request = new byte[REQUEST_BYTES];
        ByteBuffer out = header(request, REQUEST, sequence);
        out.put((byte) lookup.server().family()).put((byte) lookup.protocol().number());
        out.put(extension(SKMEMINFO)).put((byte) 0).putInt(-1);
        boolean swapped = lookup.protocol() == Protocol.UDP;
        SockAddr.Inet source = swapped ? lookup.client() : lookup.server();
        SockAddr.Inet target = swapped ? lookup.server() : lookup.client();
        putPort(out, source.port());
        putPort(out, target.port());
        putAddress(out, source);
        putAddress(out, target);
        out.putInt(lookup.device()).putLong(-1);
        return request;
    }

    private static ByteBuffer header(byte[] request, int flags, int sequence) {
        ByteBuffer out = ByteBuffer.wrap(request).order(ByteOrder.nativeOrder());
        out.putInt(request.length).putShort((short) SOCK_DIAG_BY_FAMILY);
        return out.putShort((short) flags).putInt(sequence).putInt(0);
    }

    private static void putPort(ByteBuffer out, int port) {
        out.put((byte) (port >>> 8)).put((byte) port);
    }

    private static void putAddress(ByteBuffer out, SockAddr.Inet address) {
        switch (address) {
            case SockAddr.Inet4 four -> {
                putBig(out, (long) four.address() << 32);
                putBig(out, 0);
            }
            case SockAddr.Inet6 six -> {
                putBig(out, six.high());
                putBig(out, six.low());
            }
        }
    }

    private static void putBig(ByteBuffer out, long value) {
        out.putLong(out.order() == ByteOrder.BIG_ENDIAN ? value : Long.reverseBytes(value));
    }

    private static void portFilter(ByteBuffer out, int port) {
        out.putShort((short) FILTER_BYTES).putShort((short) BYTECODE);
        out.put((byte) SOURCE_PORT_EQUALS).put((byte) 8).putShort((short) 12);
        out.putShort((short) 0).putShort((short) port);
    }

    private static byte extensions(DiagQuery query) {
        int info = query.tcpInfo() ? extension(INFO) : 0;
        int memory = query.memory() ? extension(SKMEMINFO) : 0;
        return (byte) (info | memory);
    }

    private static byte extension(int attribute) {
        return (byte) (1 << (attribute - 1));
    }

    /// Decodes the row in the bytes `at` to `end` of `in`, which is in host byte order.
    static SocketRow row(ByteBuffer in, int at, int end, Protocol protocol, RowInterner interner) {
        int family = in.get(at) & 0xff;
        DiagAttributes attributes = DiagAttributes.read(in, at + ROW_BYTES, end);
        return new SocketRow(
                protocol,
                family,
                state(in.get(at + 1), protocol),
                address(in, family, at + 8, port(in, at + 4), interner).orElseThrow(),
                remote(in, family, at + 24, port(in, at + 6), interner),
                in.getInt(at + 68) & 0xffffffffL,
                (in.getInt(at + 44) & 0xffffffffL) | ((long) in.getInt(at + 48) << 32),
                in.getInt(at + 64),
                in.getInt(at + 40),
                in.getInt(at + 56),
                in.getInt(at + 60),
                attributes.drops(),
                attributes.info(),
                attributes.v6only(),
                attributes.details(timeWait(in, at), interner));
    }

    private static OptionalInt timeWait(ByteBuffer in, int at) {
        boolean waits = in.get(at + 2) == TIMER_TIME_WAIT;
        return waits ? OptionalInt.of(in.getInt(at + 52)) : OptionalInt.empty();
    }

    /// The length including the padding that follows.
    static int aligned(int length) {
        return (length + 3) & ~3;
    }

    static TcpState state(int number, Protocol protocol) {
        TcpState state = TcpState.of(number);
        boolean bound = state == TcpState.CLOSE && protocol == Protocol.TCP;
        return bound ? TcpState.BOUND_INACTIVE : state;
    }

    private static Optional<SockAddr.Inet> remote(
            ByteBuffer in, int family, int at, int port, RowInterner interner) {
        Optional<SockAddr.Inet> address = address(in, family, at, port, interner);
        return port == 0 ? address.filter(known -> !known.wildcard()) : address;
    }

    private static Optional<SockAddr.Inet> address(
            ByteBuffer in, int family, int at, int port, RowInterner interner) {
        return family == DiagQuery.INET
                ? interner.address((int) (big(in, at) >>> 32), port)
                : Optional.of(new SockAddr.Inet6(big(in, at), big(in, at + 8), port, 0, 0));
    }

    private static long big(ByteBuffer in, int at) {
        long host = in.getLong(at);
        return in.order() == ByteOrder.BIG_ENDIAN ? host : Long.reverseBytes(host);
    }

    private static int port(ByteBuffer in, int at) {
        return ((in.get(at) & 0xff) << 8) | (in.get(at + 1) & 0xff);
    }
}
