package dev.berth.inspect;

/// The stage of a socket that holds a port, as far as the rules of bind(2) distinguish it.
public enum SocketStage {
    /// Bound, neither listening nor connected; also a listener after shutdown(2).
    BOUND,
    /// Waiting for connections.
    LISTENING,
    /// Has a peer: every TCP state of a connection, and a connected UDP socket.
    CONNECTED,
    /// A connection that the kernel keeps without a socket: TIME_WAIT, and FIN_WAIT2 after the
    /// process has closed it. It has no owner, so no uid is compared.
    TIME_WAIT;

    /// Whether it has, or had, a peer.
    boolean hasPeer() {
        return switch (this) {
            case BOUND, LISTENING -> false;
            case CONNECTED, TIME_WAIT -> true;
        };
    }
}
