package dev.berth.sys;

import java.util.HexFormat;
import java.util.Optional;

/// A socket address as used by bind(2) and getsockname(2): numbers, never names to look up.
///
/// **Shape:** the text is `127.0.0.1:80`, `[::1]:80`, `[fe80::1%2]:80` (scope by number),
/// `/run/x.sock`, or `@name` for an abstract Unix name.
///
/// **Source:** ip(7), ipv6(7), unix(7); the text of IPv6 addresses RFC 5952.
public sealed interface SockAddr {

    /// Reads the address from the first `length` bytes of `raw`.
    ///
    /// `length` may be larger than `raw`: the kernel returns such a length for an address that it
    /// had to truncate. Bytes that are too short for their family, of a family that is not listed
    /// here, or with a Unix name that is not UTF-8 become an [Other]; [#encode] returns the same
    /// bytes again. Never fails.
    static SockAddr decode(byte[] raw, int length) {
        return SockAddrCodec.decode(raw, Math.min(raw.length, length));
    }

    /// The bytes that the kernel takes: all of them, so their number is the `addrlen`.
    byte[] encode();

    /// `AF_…`, see [Sockets].
    int family();

    /// An IPv4 or IPv6 address with a port.
    sealed interface Inet extends SockAddr {
        /// 0 to 65535.
        int port();

        /// The same address with another port.
        Inet withPort(int port);

        /// Whether it is `0.0.0.0` or `::`.
        boolean wildcard();

        /// Whether it is in `127.0.0.0/8`, or `::1`, or a mapped address of the former.
        boolean loopback();

        /// The IPv4 address that a mapped address stands for, otherwise this address.
        Inet unmapped();

        /// The address without the port: `127.0.0.1`, `::1`.
        String host();
    }

    /// An IPv4 address.
    ///
    /// @param address `127.0.0.1` is `0x7f000001`
    record Inet4(int address, int port) implements Inet {
        public Inet4 {
            checkPort(port);
        }

        @Override
        public byte[] encode() {
            return SockAddrCodec.encode(this);
        }

        @Override
        public int family() {
            return Sockets.AF_INET;
        }

        @Override
        public Inet4 withPort(int port) {
            return new Inet4(address, port);
        }

        @Override
        public boolean wildcard() {
            return address == 0;
        }

        @Override
        public boolean loopback() {
            return address >>> 24 == 127;
        }

        @Override
        public Inet unmapped() {
            return this;
        }

        @Override
        public String host() {
            return IpText.v4(address);
        }

        @Override
        public String toString() {
            return host() + ":" + port;
        }
    }

    /// An IPv6 address.
    ///
    /// @param high the first 64 bits; 0 for `::1`
    /// @param low the last 64 bits; 1 for `::1`
    /// @param flow the flow label; usually 0
    /// @param scope the interface index of a link-local address; usually 0
    record Inet6(long high, long low, int port, int flow, int scope) implements Inet {
        private static final long MAPPED = 0xffff;

        public Inet6 {
            checkPort(port);
        }

        /// An address without flow label and scope.
        public Inet6(long high, long low, int port) {
            this(high, low, port, 0, 0);
        }

        /// The IPv4 address mapped into IPv6: `::ffff:127.0.0.1`.
        public static Inet6 mapped(Inet4 inner) {
            return new Inet6(0, MAPPED << 32 | (inner.address() & 0xffff_ffffL), inner.port());
        }

        /// The IPv4 address inside, if this is a mapped address.
        public Optional<Inet4> mapped() {
            return high == 0 && low >>> 32 == MAPPED
                    ? Optional.of(new Inet4((int) low, port))
                    : Optional.empty();
        }

        @Override
        public byte[] encode() {
            return SockAddrCodec.encode(this);
        }

        @Override
        public int family() {
            return Sockets.AF_INET6;
        }

        @Override
        public Inet6 withPort(int port) {
            return new Inet6(high, low, port, flow, scope);
        }

        @Override
        public boolean wildcard() {
            return high == 0 && low == 0;
        }

        @Override
        public boolean loopback() {
            return (high == 0 && low == 1) || mapped().map(Inet4::loopback).orElse(false);
        }

        @Override
        public Inet unmapped() {
            return mapped().map(Inet.class::cast).orElse(this);
        }

        @Override
        public String host() {
            String text = IpText.v6(high, low);
            return scope == 0 ? text : text + "%" + Integer.toUnsignedString(scope);
        }

        @Override
        public String toString() {
            return "[" + host() + "]:" + port;
        }
    }

    /// A Unix socket's address.
    ///
    /// @param path a path; with a leading `@`, an abstract name; empty if the socket has no name. A
    ///   relative path that begins with `@` is written `./@…`.
    record Unix(String path) implements SockAddr {
        /// The bytes that the kernel has room for, including the zero byte at the end of a path.
        static final int MAX_BYTES = 108;

        public Unix {
            if (!path.startsWith("@") && path.indexOf('\0') >= 0) {
                throw new IllegalArgumentException("zero byte in a Unix socket path");
            }
            int bytes = SockAddrCodec.pathBytes(path);
            if (bytes > MAX_BYTES) {
                throw new IllegalArgumentException(
                        "Unix socket path takes "
                                + bytes
                                + " bytes, more than "
                                + MAX_BYTES
                                + ": "
                                + path);
            }
        }

        /// Whether it is an abstract name, which has no file.
        public boolean isAbstract() {
            return path.startsWith("@");
        }

        @Override
        public byte[] encode() {
            return SockAddrCodec.encode(this);
        }

        @Override
        public int family() {
            return Sockets.AF_UNIX;
        }

        @Override
        public String toString() {
            return path.isEmpty() ? "unnamed Unix socket" : path;
        }
    }

    /// Any other address.
    ///
    /// @param bytes what follows the family, in hexadecimal digits
    record Other(int family, String bytes) implements SockAddr {
        public Other {
            if (family < 0 || family > 0xffff) {
                throw new IllegalArgumentException("address family out of range: " + family);
            }
            bytes = HexFormat.of().formatHex(HexFormat.of().parseHex(bytes));
        }

        @Override
        public byte[] encode() {
            return SockAddrCodec.encode(this);
        }

        @Override
        public String toString() {
            return "family " + family + (bytes.isEmpty() ? "" : " 0x" + bytes);
        }
    }

    private static void checkPort(int port) {
        if (port < 0 || port > 0xffff) {
            throw new IllegalArgumentException("port must be 0 to 65535: " + port);
        }
    }
}
