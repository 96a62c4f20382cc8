package dev.berth.net;

import dev.berth.sys.SockAddr;

/// Where a socket is bound, as far as bind(2) compares it with other sockets of its port and
/// protocol.
///
/// The kernel asks this first of two sockets. Only if they overlap do their options and uids count.
/// Ports are not compared: the kernel compares only sockets of one port.
///
/// **source**: `inet_bind_conflict`, `inet_rcv_saddr_equal` (net/ipv4/inet_connection_sock.c)
///
/// @param address without flow label and scope; an IPv4 address mapped into IPv6 counts as IPv4
/// @param v6only IPV6_V6ONLY; counts only for `::`, which takes IPv4 too without it
/// @param device index of the interface that the socket is bound to, 0 for none; bind(2) binds a
///   socket to the scope of a link-local address
public record BoundAddress(SockAddr.Inet address, boolean v6only, int device) {
    private static final long LINK_LOCAL = 0x3fa;

    public BoundAddress {
        if (address instanceof SockAddr.Inet6 six) {
            boolean local = six.high() >>> 54 == LINK_LOCAL;
            device = device == 0 && local ? six.scope() : device;
            address = new SockAddr.Inet6(six.high(), six.low(), six.port(), 0, 0);
        }
    }

    /// The place of a socket that the kernel lists. Where it does not tell IPV6_V6ONLY, the socket
    /// counts as dual-stack.
    public static BoundAddress of(SocketRow row) {
        return new BoundAddress(row.local(), row.v6only().orElse(false), row.device());
    }

    /// Whether both claim some address on some device.
    public boolean overlaps(BoundAddress other) {
        return sharesDevice(other) && sharesAddress(other);
    }

    /// Whether a packet from some device could be for either.
    public boolean sharesDevice(BoundAddress other) {
        return device == 0 || other.device == 0 || device == other.device;
    }

    /// Whether a packet to some address could be for either.
    public boolean sharesAddress(BoundAddress other) {
        SockAddr.Inet mine = address.unmapped();
        SockAddr.Inet its = other.address.unmapped();
        if (mine.family() == its.family()) {
            return mine.wildcard() || its.wildcard() || sameHost(mine, its);
        }
        // One is IPv4. Of IPv6 only a dual-stack wildcard takes it: `::1` never does.
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
