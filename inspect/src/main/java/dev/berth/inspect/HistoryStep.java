package dev.berth.inspect;

import dev.berth.sys.SockAddr;

import java.util.Optional;

/// One step of a [History]. Sockets are identified by names; addresses have no port of their own.
public sealed interface HistoryStep {
    /// The socket that the step is about.
    String id();

    /// The step in a few words: `bind a 0.0.0.0`.
    default String text() {
        return HistoryText.write(this);
    }

    /// Creates a socket: socket(2) and its options.
    ///
    /// @param family `AF_INET` 2 or `AF_INET6` 10
    /// @param v6only ignored for IPv4
    /// @param uid of its creator
    /// @param loopback whether it is bound to the device `lo`
    record Open(
            String id,
            int family,
            boolean reuseaddr,
            boolean reuseport,
            boolean v6only,
            int uid,
            boolean loopback)
            implements HistoryStep {}

    /// Attaches a BPF program to a socket that is not bound yet (it must have SO_REUSEPORT).
    record Attach(String id) implements HistoryStep {}

    /// bind(2) at the history's port. If it is refused, the socket is closed.
    record Bind(String id, SockAddr.Inet address) implements HistoryStep {}

    /// listen(2).
    record Listen(String id) implements HistoryStep {}

    /// Changes options; an empty value leaves the option unchanged.
    record Change(
            String id,
            Optional<Boolean> reuseaddr,
            Optional<Boolean> reuseport,
            Optional<Integer> uid)
            implements HistoryStep {}

    /// shutdown(2) for reading, which makes a listener a socket that is only bound.
    record Shutdown(String id) implements HistoryStep {}

    /// close(2).
    record Close(String id) implements HistoryStep {}

    /// TCP: a client `id` connects from a port that the kernel chooses to the listener `to` at the
    /// address `via`; a process with `acceptUid` accepts the connection as `accept`. The end that
    /// is closed first is left in TIME_WAIT once both are closed.
    record Connect(String id, String to, SockAddr.Inet via, String accept, int acceptUid)
            implements HistoryStep {}

    /// UDP: connect(2) of the bound socket itself to some port of `peer`.
    record Peer(String id, SockAddr.Inet peer) implements HistoryStep {}
}
