package dev.berth.inspect;

import dev.berth.sys.SockAddr;

/// The position of a socket in a port's two address spaces. Mapped IPv6 addresses are in IPv4's.
///
/// **Source:** `ipv6_rcv_saddr_equal`, net/ipv4/inet_connection_sock.c
///
/// @param inet4 whether it is in IPv4's space
/// @param high the first 64 bits of an IPv6 address, else 0
/// @param low the last 64 bits, or the IPv4 address
record NormalizedAddress(boolean inet4, long high, long low) {
    /// The IPv4 address that the kernel stores for a socket on a concrete IPv6 address
    /// (`LOOPBACK4_IPV6`): 127.0.0.6.
    static final NormalizedAddress OF_CONCRETE_INET6 = new NormalizedAddress(true, 0, 0x7f000006);

    static final NormalizedAddress ANY4 = new NormalizedAddress(true, 0, 0);

    static NormalizedAddress of(SockAddr.Inet address) {
        return switch (address) {
            case SockAddr.Inet4 four -> of(four);
            case SockAddr.Inet6 six ->
                    six.mapped()
                            .map(NormalizedAddress::of)
                            .orElseGet(() -> new NormalizedAddress(false, six.high(), six.low()));
        };
    }

    private static NormalizedAddress of(SockAddr.Inet4 four) {
        return new NormalizedAddress(true, 0, Integer.toUnsignedLong(four.address()));
    }

    boolean wildcard() {
        return high == 0 && low == 0;
    }
}
