package dev.berth.net;

import dev.berth.sys.SockAddr;

import java.util.List;

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

    /// The IPv4 address under which the kernel keeps a socket on a concrete IPv6 address
    /// (`LOOPBACK4_IPV6`): 127.0.0.6.
    private static final int OF_CONCRETE_INET6 = 0x7f000006;

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

    /// Where a socket would be bound that takes both families if it can, as Berth and most servers
    /// bind.
    public static BoundAddress of(ListenAddress wanted) {
        return new BoundAddress(wanted.address(), false, 0);
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

    /// Whether a socket here, if it were alone, would get every packet that `other` could get.
    public boolean covers(BoundAddress other) {
        return (device == 0 || device == other.device) && coversAddress(other);
    }

    /// The same without regard to devices.
    public boolean coversAddress(BoundAddress other) {
        SockAddr.Inet mine = address.unmapped();
        SockAddr.Inet its = other.address.unmapped();
        if (!mine.wildcard()) {
            return mine.family() == its.family() && sameHost(mine, its);
        }
        if (mine instanceof SockAddr.Inet4) {
            return its instanceof SockAddr.Inet4;
        }
        boolean both = its.wildcard() && !other.v6only;
        return !v6only || its instanceof SockAddr.Inet6 && !both;
    }

    /// The address in each of the families that it takes: two for a dual-stack wildcard, else one.
    public List<BoundAddress> byFamily() {
        SockAddr.Inet mine = address.unmapped();
        return mine instanceof SockAddr.Inet6 && mine.wildcard() && !v6only
                ? List.of(
                        new BoundAddress(mine, true, device),
                        new BoundAddress(new SockAddr.Inet4(0, mine.port()), false, device))
                : List.of(this);
    }

    /// Whether a bind of a plain IPv4 socket here also meets `connection`, the local end of an IPv6
    /// connection, although the addresses do not overlap: the kernel keeps a connection of a
    /// dual-stack socket in IPv4's space too, as 127.0.0.6.
    public boolean meetsDualStackConnection(Protocol protocol, BoundAddress connection) {
        boolean hidden = connection.address.unmapped() instanceof SockAddr.Inet6;
        return hidden
                && !connection.v6only
                && address instanceof SockAddr.Inet4 four
                && (four.wildcard()
                        || protocol == Protocol.UDP && four.address() == OF_CONCRETE_INET6);
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
