package dev.berth.dispatch;

/// Decides how soon the thread accepts again. Waking up for each connection costs more than passing
/// it on, so under load connections are batched.
///
/// Two connections in one turn of the loop suggest that more will follow: the next turn begins half
/// a millisecond after the first of them, unless this turn took longer. Connections that come one
/// by one are not delayed.
final class AcceptBatching {
    static final long PERIOD_NANOS = 500_000;

    /// A shorter sleep would overrun its own length.
    private static final long LEAST_NANOS = 20_000;

    private static final int MANY = 2;

    private int came;
    private long first;

    /// Records that a connection came in this turn.
    void connectionCame(long now) {
        if (came == 0) {
            first = now;
        }
        came++;
    }

    /// How long to wait before the next turn, which this call begins; usually 0.
    long rest(long now) {
        long rest = came >= MANY ? first + PERIOD_NANOS - now : 0;
        came = 0;
        return rest >= LEAST_NANOS ? rest : 0;
    }
}
