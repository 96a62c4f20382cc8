package dev.berth.sys;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;

/// Converts socket addresses to bytes and back.
///
/// **Shape:** the family and the scope are in the machine's byte order, everything else as on the
/// wire.
///
///     sockaddr_in    0        2        4                8                       16
///                    | family | port   | address        | zero                  |
///     sockaddr_in6   0        2        4                8            24         28
///                    | family | port   | flow           | address .. | scope    |
///     sockaddr_un    0        2                                                 2 + 108
///                    | family | path and a zero byte, or a zero byte and a name |
///
/// **Source:** ip(7), ipv6(7), unix(7).
final class SockAddrCodec {
    private static final int FAMILY_BYTES = 2;
    private static final int INET_BYTES = 16;
    private static final int INET6_BYTES = 28;

    /// The shorter form without the scope, which the kernel still accepts (RFC 2133).
    private static final int INET6_SHORT_BYTES = 24;

    private SockAddrCodec() {}

    static SockAddr decode(byte[] raw, int length) {
        if (length < FAMILY_BYTES) {
            return new SockAddr.Other(Sockets.AF_UNSPEC, "");
        }
        int family = Short.toUnsignedInt(wrap(raw).order(ByteOrder.nativeOrder()).getShort(0));
        ByteBuffer wire = wrap(raw);
        if (family == Sockets.AF_INET && length >= INET_BYTES) {
            return new SockAddr.Inet4(wire.getInt(4), Short.toUnsignedInt(wire.getShort(2)));
        }
        if (family == Sockets.AF_INET6 && length >= INET6_SHORT_BYTES) {
            return inet6(wire, length);
        }
        if (family == Sockets.AF_UNIX && length <= FAMILY_BYTES + SockAddr.Unix.MAX_BYTES) {
            return unix(raw, length);
        }
        return other(family, raw, length);
    }

    private static SockAddr inet6(ByteBuffer wire, int length) {
        int port = Short.toUnsignedInt(wire.getShort(2));
        int flow = wire.getInt(4);
        long high = wire.getLong(8);
        long low = wire.getLong(16);
        int scope = length < INET6_BYTES ? 0 : wire.order(ByteOrder.nativeOrder()).getInt(24);
        return new SockAddr.Inet6(high, low, port, flow, scope);
    }

    private static SockAddr other(int family, byte[] raw, int length) {
        return new SockAddr.Other(family, HexFormat.of().formatHex(raw, FAMILY_BYTES, length));
    }

    /// Any process may choose any bytes, so bytes that a [SockAddr.Unix] cannot represent are kept
    /// as they are: text that is not UTF-8, and a path without room for its zero byte.
    private static SockAddr unix(byte[] raw, int length) {
        byte[] name = Arrays.copyOfRange(raw, FAMILY_BYTES, length);
        boolean isAbstract = name.length > 0 && name[0] == 0;
        byte[] bytes = isAbstract ? Arrays.copyOfRange(name, 1, name.length) : upToZero(name);
        String text = new String(bytes, UTF_8);
        String path = isAbstract ? "@" + text : text.startsWith("@") ? "./" + text : text;
        boolean fits = pathBytes(path) <= SockAddr.Unix.MAX_BYTES;
        return fits && Arrays.equals(text.getBytes(UTF_8), bytes)
                ? new SockAddr.Unix(path)
                : other(Sockets.AF_UNIX, raw, length);
    }

    private static byte[] upToZero(byte[] name) {
        int end = 0;
        while (end < name.length && name[end] != 0) {
            end++;
        }
        return Arrays.copyOf(name, end);
    }

    static byte[] encode(SockAddr.Inet4 address) {
        return start(Sockets.AF_INET, INET_BYTES)
                .putShort((short) address.port())
                .putInt(address.address())
                .array();
    }

    static byte[] encode(SockAddr.Inet6 address) {
        return start(Sockets.AF_INET6, INET6_BYTES)
                .putShort((short) address.port())
                .putInt(address.flow())
                .putLong(address.high())
                .putLong(address.low())
                .order(ByteOrder.nativeOrder())
                .putInt(address.scope())
                .array();
    }

    static byte[] encode(SockAddr.Unix address) {
        byte[] path = address.path().getBytes(UTF_8);
        if (address.isAbstract()) {
            path[0] = 0;
        }
        return start(Sockets.AF_UNIX, FAMILY_BYTES + pathBytes(address.path())).put(path).array();
    }

    static byte[] encode(SockAddr.Other address) {
        byte[] rest = HexFormat.of().parseHex(address.bytes());
        return start(address.family(), FAMILY_BYTES + rest.length).put(rest).array();
    }

    /// The bytes that a path takes: a zero byte follows a path, and stands for the `@` of an
    /// abstract name.
    static int pathBytes(String path) {
        int bytes = path.getBytes(UTF_8).length;
        return path.isEmpty() || path.startsWith("@") ? bytes : bytes + 1;
    }

    private static ByteBuffer start(int family, int bytes) {
        return ByteBuffer.allocate(bytes)
                .order(ByteOrder.nativeOrder())
                .putShort((short) family)
                .order(ByteOrder.BIG_ENDIAN);
    }

    /// A copy with room for every fixed field, so that a short address can be read too.
    private static ByteBuffer wrap(byte[] raw) {
        return ByteBuffer.wrap(Arrays.copyOf(raw, Math.max(raw.length, INET6_BYTES)));
    }
}
