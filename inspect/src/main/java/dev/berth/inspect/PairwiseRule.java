package dev.berth.inspect;

import dev.berth.net.BoundAddress;
import dev.berth.net.Protocol;

import java.util.Locale;

/// Why a socket can, or cannot, share a port with another: the rule that can be applied from
/// outside, without knowing what happened on the port before.
///
/// If every other socket on the port allows it, the kernel does too. If one does not, the kernel
/// may still allow it if the new socket has SO_REUSEPORT, because it remembers the last such bind
/// (TCP, see [TcpPort]) and stops at the first pair that counts (UDP, see [UdpPort]).
///
/// **Source:** `inet_bind_conflict`, `udp_lib_lport_inuse`; socket(7), ip(7), ipv6(7)
public enum PairwiseRule {
    DIFFERENT_DEVICES(true, "both are bound to a device (SO_BINDTODEVICE), but to different ones"),
    NO_OVERLAP(true, "their addresses do not overlap"),
    BOTH_REUSEADDR(true, "both set SO_REUSEADDR, and the other socket does not listen"),
    BOTH_REUSEPORT(true, "both set SO_REUSEPORT and have the same uid"),
    REUSEPORT_TIME_WAIT(
            true, "both set SO_REUSEPORT, and in TIME_WAIT the uid is no longer compared"),
    NEITHER(false, "the addresses overlap, and neither sets SO_REUSEADDR or SO_REUSEPORT"),
    NOT_SHARED_BY_YOU(
            false,
            "the addresses overlap, and yours sets neither SO_REUSEADDR nor SO_REUSEPORT; an option"
                    + " must be set on both"),
    NOT_SHARED_BY_IT(
            false,
            "the addresses overlap, and it sets neither SO_REUSEADDR nor SO_REUSEPORT; an option"
                    + " must be set on both"),
    NO_COMMON_OPTION(
            false, "one sets SO_REUSEADDR, the other SO_REUSEPORT; both must set the same"),
    LISTENING(false, "both set SO_REUSEADDR, but that does not help while the other listens"),
    REUSEPORT_MISSING(
            false,
            "both set SO_REUSEADDR, which does not help while the other listens; SO_REUSEPORT"
                    + " is set on only one of them"),
    OTHER_UID(false, "both set SO_REUSEPORT, but the sockets have different uids"),
    PROGRAM_ATTACHED(
            false, "a BPF program was attached to your socket before it was bound or listened"),
    CONNECTED_DUAL_STACK(
            false,
            "it is a connection of a dual-stack IPv6 socket, which the kernel also keeps in IPv4's"
                    + " space, as 127.0.0.6");

    private final boolean allowed;
    private final String sentence;

    PairwiseRule(boolean allowed, String sentence) {
        this.allowed = allowed;
        this.sentence = sentence;
    }

    /// Whether this pair is no obstacle.
    public boolean allowed() {
        return allowed;
    }

    /// The reason, for people: "yours" is the new socket, "it" the other.
    public String sentence() {
        return sentence;
    }

    /// The stable name for programs: `other-uid`.
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// Whether both claim the same address, so that an option must settle it.
    public boolean overlaps() {
        return this != DIFFERENT_DEVICES && this != NO_OVERLAP;
    }

    /// The rule that decides whether `wanted` can be bound, or can listen, while `there` is on the
    /// same port of the same network namespace.
    public static PairwiseRule judge(Protocol protocol, RuleSocket wanted, RuleSocket there) {
        BoundAddress mine = wanted.boundAddress();
        BoundAddress its = there.boundAddress();
        if (!mine.sharesDevice(its)) {
            return DIFFERENT_DEVICES;
        }
        boolean plain = mine.sharesAddress(its);
        boolean peered = there.stage().hasPeer();
        if (!plain && !(peered && mine.meetsDualStackConnection(protocol, its))) {
            return NO_OVERLAP;
        }
        boolean addr = wanted.reuseaddr() && there.reuseaddr();
        if (addr && there.stage() != SocketStage.LISTENING) {
            return BOTH_REUSEADDR;
        }
        boolean port = wanted.reuseport() && there.reuseport();
        if (port && !wanted.program()) {
            if (there.stage() == SocketStage.TIME_WAIT) {
                return REUSEPORT_TIME_WAIT;
            }
            return wanted.uid() == there.uid() ? BOTH_REUSEPORT : OTHER_UID;
        }
        if (port) {
            return PROGRAM_ATTACHED;
        }
        return plain ? refusal(addr, wanted, there) : CONNECTED_DUAL_STACK;
    }

    private static PairwiseRule refusal(boolean addr, RuleSocket wanted, RuleSocket there) {
        boolean yours = wanted.reuseaddr() || wanted.reuseport();
        boolean its = there.reuseaddr() || there.reuseport();
        if (addr) {
            return wanted.reuseport() || there.reuseport() ? REUSEPORT_MISSING : LISTENING;
        }
        if (!yours) {
            return its ? NOT_SHARED_BY_YOU : NEITHER;
        }
        return its ? NO_COMMON_OPTION : NOT_SHARED_BY_IT;
    }
}
