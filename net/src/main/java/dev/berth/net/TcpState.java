package dev.berth.net;

/// The state of a socket, numbered as the kernel numbers it; UDP uses two of them, `ESTABLISHED`
/// for a connected and `CLOSE` for a merely bound socket.
///
/// **source**: include/net/tcp_states.h
public enum TcpState {
    /// A connection (TCP), or a socket with a peer (UDP).
    ESTABLISHED(1),
    /// connect(2) is under way.
    SYN_SENT(2),
    /// A handshake is under way; also how sock_diag reports a row that the kernel keeps as
    /// `NEW_SYN_RECV`.
    SYN_RECV(3),
    /// Closed here, the FIN not yet acknowledged.
    FIN_WAIT1(4),
    /// Closed here, the peer has not closed yet.
    FIN_WAIT2(5),
    /// Closed by both, the port kept for 60 s at the side that closed first.
    TIME_WAIT(6),
    /// A UDP socket without a peer. No TCP row has it: see `BOUND_INACTIVE`.
    CLOSE(7),
    /// The peer has closed, this side has not.
    CLOSE_WAIT(8),
    /// Both have closed, this side last.
    LAST_ACK(9),
    /// Waits for connections.
    LISTEN(10),
    /// Both have closed at the same moment.
    CLOSING(11),
    /// A half-open request of a listener; in a query the same as `SYN_RECV`.
    NEW_SYN_RECV(12),
    /// A TCP socket that holds its port without listening or being connected: bound only, or a
    /// listener that was shut down. /proc/net/tcp does not show these. **since** Linux 6.8; an
    /// older kernel returns no such row.
    BOUND_INACTIVE(13);

    private static final TcpState[] ALL = values();

    private final int number;

    TcpState(int number) {
        this.number = number;
    }

    /// The kernel's number; the state's bit in a query is `1 << number`.
    public int number() {
        return number;
    }

    /// The state with this number.
    ///
    /// @throws IllegalArgumentException if no state has it
    public static TcpState of(int number) {
        if (number < 1 || number > ALL.length) {
            throw new IllegalArgumentException("no TCP state: number=" + number);
        }
        return ALL[number - 1];
    }
}
