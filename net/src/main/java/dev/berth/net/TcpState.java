package dev.berth.net;

/// The state of a socket with the kernel's number. UDP uses two of them: `ESTABLISHED` for a
/// connected socket and `CLOSE` for one that is only bound.
///
/// **Source:** include/net/tcp_states.h
public enum TcpState {
    /// A connection (TCP), or a socket with a peer (UDP).
    ESTABLISHED(1),
    /// connect(2) is in progress.
    SYN_SENT(2),
    /// A handshake is in progress; also reported by sock_diag for a row that the kernel keeps as
    /// `NEW_SYN_RECV`.
    SYN_RECV(3),
    /// Closed on this side, the FIN not yet acknowledged.
    FIN_WAIT1(4),
    /// Closed on this side, the peer has not closed yet.
    FIN_WAIT2(5),
    /// Closed by both; the side that closed first keeps the port for 60 s.
    TIME_WAIT(6),
    /// A UDP socket without a peer. No TCP row has it: see `BOUND_INACTIVE`.
    CLOSE(7),
    /// The peer has closed, this side has not.
    CLOSE_WAIT(8),
    /// Both have closed, this side last.
    LAST_ACK(9),
    /// Waiting for connections.
    LISTEN(10),
    /// Both closed at the same time.
    CLOSING(11),
    /// A half-open request of a listener; in a query the same as `SYN_RECV`.
    NEW_SYN_RECV(12),
    /// A TCP socket that holds its port without listening or being connected: only bound, or a
    /// listener that was shut down. /proc/net/tcp does not show these. **Since:** Linux 6.8; an
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
