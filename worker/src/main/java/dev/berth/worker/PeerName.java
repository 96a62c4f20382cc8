package dev.berth.worker;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;

/// The client's address of a connection, in the form that the JDK's channels use.
///
/// **Source:** ip(7), ipv6(7).
final class PeerName {
    /// The size of a `sockaddr_in6`, the longest of them.
    static final int MAX_BYTES = 28;

    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;

    private PeerName() {}

    /// Empty if the client has reset the connection.
    ///
    /// @throws IOException if it is not a TCP connection over IPv4 or IPv6
    static Optional<InetSocketAddress> of(SystemCalls calls, int descriptor) throws IOException {
        byte[] raw = new byte[MAX_BYTES];
        int length = calls.getpeername(descriptor, raw);
        if (length == -SystemCalls.ENOTCONN) {
            return Optional.empty();
        }
        if (length < 0) {
            throw new IOException("a connection was lost: getpeername: errno " + -length);
        }
        return Optional.of(decode(raw));
    }

    /// @param raw a `sockaddr_in` or `sockaddr_in6`
    static InetSocketAddress decode(byte[] raw) throws IOException {
        ByteBuffer name = ByteBuffer.wrap(raw);
        int port = Short.toUnsignedInt(name.getShort(2));
        short family = name.order(ByteOrder.nativeOrder()).getShort(0);
        return switch (family) {
            case AF_INET -> new InetSocketAddress(four(raw), port);
            case AF_INET6 -> new InetSocketAddress(six(raw, name.getInt(24)), port);
            default -> throw new IOException("a connection was lost: address family " + family);
        };
    }

    private static InetAddress four(byte[] raw) throws UnknownHostException {
        return InetAddress.getByAddress(Arrays.copyOfRange(raw, 4, 8));
    }

    /// An IPv4-mapped address becomes an IPv4 address.
    private static InetAddress six(byte[] raw, int scope) throws UnknownHostException {
        byte[] address = Arrays.copyOfRange(raw, 8, 24);
        return scope == 0
                ? InetAddress.getByAddress(address)
                : Inet6Address.getByAddress(null, address, scope);
    }
}
