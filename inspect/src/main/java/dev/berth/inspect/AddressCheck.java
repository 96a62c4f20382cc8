package dev.berth.inspect;

import dev.berth.net.Protocol;
import dev.berth.sys.Errno;
import dev.berth.sys.SockAddr;

import java.util.Optional;

/// What bind(2) answers for an address before it checks other sockets, in the kernel's order, which
/// differs between the two families.
///
/// **Source:** `__inet_bind` (net/ipv4/af_inet.c), `__inet6_bind` (net/ipv6/af_inet6.c)
///
/// @param here whether the address belongs to this machine (and, for IPv6, to the device), or can
///   be bound although it does not
/// @param device whether the device exists that a link-local address names
/// @param lowPort whether the port is reserved for privileged processes
/// @param privileged whether the caller may bind such a port anyway
record AddressCheck(boolean here, boolean device, boolean lowPort, boolean privileged) {
    /// For an address that names no device, or one that exists.
    AddressCheck(boolean here, boolean lowPort, boolean privileged) {
        this(here, true, lowPort, privileged);
    }

    /// The errno, or empty if the address passes.
    ///
    /// @param boundTo the index of the device that the socket is bound to, 0 for none
    Optional<Errno> errno(Protocol protocol, SockAddr.Inet address, boolean v6only, int boundTo) {
        return switch (address) {
            case SockAddr.Inet4 four -> inet(four);
            case SockAddr.Inet6 six -> inet6(protocol, six, v6only, boundTo);
        };
    }

    private Optional<Errno> inet(SockAddr.Inet4 address) {
        if (!usable(address)) {
            return Optional.of(Errno.EADDRNOTAVAIL);
        }
        return forbidden() ? Optional.of(Errno.EACCES) : Optional.empty();
    }

    private Optional<Errno> inet6(
            Protocol protocol, SockAddr.Inet6 address, boolean v6only, int boundTo) {
        if (multicast(address) && protocol == Protocol.TCP) {
            return Optional.of(Errno.EINVAL);
        }
        if (forbidden()) {
            return Optional.of(Errno.EACCES);
        }
        Optional<SockAddr.Inet4> mapped = address.mapped();
        boolean contradiction = v6only && mapped.isPresent();
        boolean noScope = linkLocal(address) && address.scope() == 0 && boundTo == 0;
        if (contradiction || noScope) {
            return Optional.of(Errno.EINVAL);
        }
        if (!device) {
            return Optional.of(Errno.ENODEV);
        }
        boolean fits =
                mapped.isPresent()
                        ? usable(mapped.get())
                        : here || address.wildcard() || multicast(address);
        return fits ? Optional.empty() : Optional.of(Errno.EADDRNOTAVAIL);
    }

    private boolean forbidden() {
        return lowPort && !privileged;
    }

    /// Multicast and broadcast addresses, and 0.0.0.0, count as the machine's own.
    private boolean usable(SockAddr.Inet4 address) {
        return here || anybodys(address);
    }

    /// Whether this address can be bound on every machine.
    static boolean anybodys(SockAddr.Inet4 address) {
        int first = address.address() >>> 24;
        return address.wildcard() || first >>> 4 == 0xe || address.address() == -1;
    }

    static boolean multicast(SockAddr.Inet6 address) {
        return address.high() >>> 56 == 0xff;
    }

    /// Whether the address means nothing without an interface: fe80::/10, and the multicast
    /// addresses of interface and link scope.
    static boolean linkLocal(SockAddr.Inet6 address) {
        int scope = (int) (address.high() >>> 48 & 0xf);
        return address.high() >>> 54 == 0x3fa || (multicast(address) && (scope == 1 || scope == 2));
    }
}
