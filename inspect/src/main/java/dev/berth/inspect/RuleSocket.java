package dev.berth.inspect;

import dev.berth.net.BoundAddress;
import dev.berth.sys.SockAddr;
import dev.berth.sys.Sockets;

/// A socket as the rules of bind(2) see it.
///
/// @param address as shown by getsockname(2); the port is ignored
/// @param v6only whether it refuses IPv4, as it is *in effect*: bind(2) of a concrete IPv6 address
///   sets it; always false in IPv4's space
/// @param reuseaddr the current SO_REUSEADDR
/// @param reuseport the current SO_REUSEPORT
/// @param uid of the socket: the file system uid of the thread that called socket(2) or accept(2),
///   or as changed by fchown(2)
/// @param device interface index, 0 if it is bound to none
/// @param stage its stage
/// @param program whether a BPF program was attached to it before it was bound
public record RuleSocket(
        SockAddr.Inet address,
        boolean v6only,
        boolean reuseaddr,
        boolean reuseport,
        int uid,
        int device,
        SocketStage stage,
        boolean program) {
    public RuleSocket {
        if (device < 0) {
            throw new IllegalArgumentException("device=" + device);
        }
        NormalizedAddress normalized = NormalizedAddress.of(address);
        v6only = !normalized.inet4() && (v6only || (!normalized.wildcard() && !stage.hasPeer()));
    }

    /// A socket that is only bound, without options, with uid 0.
    public static RuleSocket bound(SockAddr.Inet address) {
        return new RuleSocket(address, false, false, false, 0, 0, SocketStage.BOUND, false);
    }

    /// The same socket at another address; if it was v6only only because of its old address, it
    /// stays so.
    public RuleSocket withAddress(SockAddr.Inet other) {
        return new RuleSocket(other, v6only, reuseaddr, reuseport, uid, device, stage, program);
    }

    public RuleSocket withV6only(boolean value) {
        return new RuleSocket(address, value, reuseaddr, reuseport, uid, device, stage, program);
    }

    public RuleSocket withReuseaddr(boolean value) {
        return new RuleSocket(address, v6only, value, reuseport, uid, device, stage, program);
    }

    public RuleSocket withReuseport(boolean value) {
        return new RuleSocket(address, v6only, reuseaddr, value, uid, device, stage, program);
    }

    public RuleSocket withUid(int value) {
        return new RuleSocket(address, v6only, reuseaddr, reuseport, value, device, stage, program);
    }

    public RuleSocket withDevice(int value) {
        return new RuleSocket(address, v6only, reuseaddr, reuseport, uid, value, stage, program);
    }

    public RuleSocket withStage(SocketStage value) {
        return new RuleSocket(address, v6only, reuseaddr, reuseport, uid, device, value, program);
    }

    public RuleSocket withProgram(boolean value) {
        return new RuleSocket(address, v6only, reuseaddr, reuseport, uid, device, stage, value);
    }

    /// A connection that this listener got at its address `local`.
    public RuleSocket child(SockAddr.Inet local, int acceptUid) {
        return withStage(SocketStage.CONNECTED).withAddress(local).withUid(acceptUid);
    }

    /// Where it is bound.
    BoundAddress boundAddress() {
        return new BoundAddress(address, v6only, device);
    }

    NormalizedAddress place() {
        return NormalizedAddress.of(address);
    }

    boolean inet() {
        return address.family() == Sockets.AF_INET;
    }
}
