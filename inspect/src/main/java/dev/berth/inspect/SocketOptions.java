package dev.berth.inspect;

import java.util.Optional;
import java.util.OptionalInt;

/// The options of another process's socket, as far as they could be determined.
///
/// @param reuseaddr SO_REUSEADDR; empty: unknown
/// @param reuseport SO_REUSEPORT; empty: unknown
/// @param v6only IPV6_V6ONLY; empty: unknown, or not an IPv6 socket
/// @param incomingCpu SO_INCOMING_CPU; empty: unknown, or none set
/// @param multipath whether it is a Multipath-TCP socket; empty: unknown
/// @param deferAccept whether a client is not accepted before it has sent something
///   (TCP_DEFER_ACCEPT); empty: unknown, or not a TCP listener
/// @param inferred whether `reuseport` was not read but inferred from the sockets next to it
/// @param unknown why something above is not known; empty if everything is
public record SocketOptions(
        Optional<Boolean> reuseaddr,
        Optional<Boolean> reuseport,
        Optional<Boolean> v6only,
        OptionalInt incomingCpu,
        Optional<Boolean> multipath,
        Optional<Boolean> deferAccept,
        boolean inferred,
        String unknown) {
    /// Nothing is known.
    ///
    /// @param reason why
    public static SocketOptions unknown(String reason) {
        return new SocketOptions(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                OptionalInt.empty(),
                Optional.empty(),
                Optional.empty(),
                false,
                reason);
    }

    /// The same options, of a Multipath-TCP socket.
    SocketOptions withMultipath() {
        return new SocketOptions(
                reuseaddr,
                reuseport,
                v6only,
                incomingCpu,
                Optional.of(true),
                deferAccept,
                inferred,
                unknown);
    }

    /// The same options, with an inferred SO_REUSEPORT.
    SocketOptions withReuseportInferred(boolean set) {
        return new SocketOptions(
                reuseaddr,
                Optional.of(set),
                v6only,
                incomingCpu,
                multipath,
                deferAccept,
                true,
                unknown);
    }
}
