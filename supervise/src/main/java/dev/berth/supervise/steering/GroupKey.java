package dev.berth.supervise.steering;

import dev.berth.net.BoundAddress;
import dev.berth.net.ListenAddress;
import dev.berth.net.Protocol;
import dev.berth.sys.SockAddr;

/// What makes two listening sockets members of one SO_REUSEPORT group, as far as it differs here:
/// the uid and the network namespace are always the supervisor's.
///
/// @param device index of the bound interface, 0 for none
/// @param own whether it is one slot's private port
public record GroupKey(
        Protocol protocol, SockAddr.Inet address, boolean v6only, int device, boolean own) {
    /// Protocol, address and port.
    public ListenAddress listen() {
        return new ListenAddress(protocol, address);
    }

    /// Where its members are bound.
    public BoundAddress bound() {
        return new BoundAddress(address, v6only, device);
    }

    /// Whether `other` is a shared address with the same protocol and port.
    boolean samePort(GroupKey other) {
        return protocol == other.protocol && address.port() == other.address.port() && !other.own;
    }

    @Override
    public String toString() {
        return listen().toString();
    }
}
