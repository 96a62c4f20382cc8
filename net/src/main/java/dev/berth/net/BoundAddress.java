package dev.berth.net;

import dev.berth.sys.SockAddr;

/// Where a socket is bound, reduced to what bind(2) compares with other sockets of the same port
/// and protocol.
///
/// The kernel compares this first for any two sockets. Options and uids matter only if the two
/// overlap. Ports are not compared: the kernel only compares sockets with the same port.
///
/// **Source:** `inet_bind_conflict`, `inet_rcv_saddr_equal` (net/ipv4/inet_connection_sock.c)
///
/// @param address without flow label and scope; an IPv4 address mapped into IPv6 counts as IPv4
/// @param v6only IPV6_V6ONLY; matters only for `::`, which takes IPv4 too without it
/// @param device index of the interface that the socket is bound to, 0 for none; for a link-local
///   address bind(2) binds the socket to its scope
public record BoundAddress(SockAddr.Inet address, boolean v6only, int device) {
    private static final long LINK_LOCAL = 0x3fa;

    public BoundAddress {
        if (address instanceof SockAddr.Inet6 six) {
            boolean local = six.high() >>> 54 == LINK_LOCAL;
            device = device == 0 && local ? six.scope() : device;
            address = new SockAddr.Inet6(six.high(), six.low(), six.port(), 0, 0);
        }
    }

    /// The place of a socket listed by the kernel. If the kernel does not report IPV6_V6ONLY, the
    /// socket counts as dual-stack.
    public static BoundAddress of(SocketRow row) {
        return new BoundAddress(row.local(), row.v6only().orElse(false), row.device());
    }

    /// Whether both claim a common address on a common device.
    public boolean overlaps(BoundAddress other) {
        return sharesDevice(other) && sharesAddress(other);
    }

    /// Whether a packet from some device could be for either of them.
    public boolean sharesDevice(BoundAddress other) {
        return device == 0 || other.device == 0 || device == other.device;
    }

    /// Whether a packet to some address could be for either of them.
    public boolean sharesAddress(BoundAddress other) {
        SockAddr.Inet mine = address.unmapped();
        SockAddr.Inet its = other.address.unmapped();
        if (mine.family() == its.family()) {
            return mine.wildcard() || its.wildcard() || sameHost(mine, its);
        }
        // One of the two is IPv4. The only IPv6 address that takes IPv4 is a dual-stack wildcard,
        // never `::1`.
        return mine instanceof SockAddr.Inet6
                ? mine.wildcard() && !v6only
                : its.wildcard() && !other.v6only;
    }

    private static boolean sameHost(SockAddr.Inet one, SockAddr.Inet other) {
        return switch (one) {
            case SockAddr.Inet4 four ->
                    other instanceof SockAddr.Inet4 its && four.address() == its.address();
            case SockAddr.Inet6 six ->
                    other instanceof SockAddr.Inet6 its
                            && six.high() == its.high()
                            && six.low() == its.low();
        };
    }
}
