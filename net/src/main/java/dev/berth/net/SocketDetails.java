package dev.berth.net;

import java.util.EnumSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/// What a row contains in addition to addresses, state and queues.
///
/// @param timeWaitMillis how long the kernel still keeps a socket in TIME_WAIT, or in FIN_WAIT2
///   with its descriptor closed; empty for every other socket
/// @param cgroup the inode of the cgroup-2 directory in which it was created; empty if the kernel
///   does not report it, and for sockets that no longer have an owner
/// @param upper the protocol on top of TCP, as `mptcp` or `tls`; empty for most, and where the
///   kernel reports it only to `CAP_NET_ADMIN`
/// @param flags options that the kernel reports for any socket; SO_REUSEADDR and SO_REUSEPORT are
///   not among them
public record SocketDetails(
        OptionalInt timeWaitMillis, OptionalLong cgroup, Optional<String> upper, Set<Flag> flags) {
    /// No details.
    public static final SocketDetails NONE =
            new SocketDetails(
                    OptionalInt.empty(), OptionalLong.empty(), Optional.empty(), Set.of());

    /// An option of ip(7), by its bit in `struct inet_diag_sockopt`.
    public enum Flag {
        /// IP_FREEBIND: may be bound to an address that this host does not have.
        FREEBIND(2),
        /// IP_TRANSPARENT.
        TRANSPARENT(5),
        /// IP_BIND_ADDRESS_NO_PORT: the port of an outgoing connection is chosen at connect(2).
        BIND_ADDRESS_NO_PORT(8);

        private final int bit;

        Flag(int bit) {
            this.bit = bit;
        }
    }

    public SocketDetails {
        flags = Set.copyOf(flags);
    }

    static SocketDetails of(OptionalLong cgroup) {
        return new SocketDetails(OptionalInt.empty(), cgroup, Optional.empty(), Set.of());
    }

    /// Whether it is a Multipath-TCP socket, which shares TCP's ports.
    public boolean multipath() {
        return upper.isPresent() && upper.get().equals("mptcp");
    }

    static Set<Flag> flags(int bits) {
        if (bits == 0) {
            return Set.of();
        }
        Set<Flag> flags = EnumSet.noneOf(Flag.class);
        for (Flag flag : Flag.values()) {
            if ((bits >>> flag.bit & 1) != 0) {
                flags.add(flag);
            }
        }
        return flags;
    }
}
