package dev.berth.supervise.adoption;

import dev.berth.net.Protocol;
import dev.berth.supervise.steering.GroupKey;
import dev.berth.sys.SockAddr;

import java.util.List;

/// The connections of one family that a listener gets. Pure.
///
/// @param any whether it gets connections to every address of the family
/// @param device index of the only interface, 0 for all
record Reach(Protocol protocol, boolean ipv4, boolean any, SockAddr.Inet address, int device) {
    /// One element; two for a wildcard of both families.
    static List<Reach> of(GroupKey key) {
        SockAddr.Inet plain = key.address().unmapped();
        boolean any = plain.wildcard();
        boolean ipv4 = plain instanceof SockAddr.Inet4;
        Reach first = new Reach(key.protocol(), ipv4, any, plain, key.device());
        return any && !ipv4 && !key.v6only()
                ? List.of(first, new Reach(key.protocol(), true, true, plain, key.device()))
                : List.of(first);
    }

    /// Whether a listener here gets every connection of `other`.
    boolean covers(Reach other) {
        return protocol == other.protocol
                && ipv4 == other.ipv4
                && address.port() == other.address.port()
                && (any || !other.any && address.equals(other.address))
                && (device == 0 || device == other.device);
    }
}
