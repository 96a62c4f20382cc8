package dev.berth.dispatch;

/// How soon the thread looks for the next connections. To wake up for each costs more than to pass
/// it on, so where many come they gather for a moment.
///
/// Two in one turn of the loop are the sign of more: the next turn begins half a millisecond after
/// the first of them, unless this one took longer. Where they come one by one, none waits.
final class Pace {
    static final long PERIOD_NANOS = 500_000;

    /// To sleep for less takes longer than that.
    private static final long LEAST_NANOS = 20_000;

    private static final int MANY = 2;

    private int came;
    private long first;

    /// A connection came in this turn.
    void came(long now) {
        if (came == 0) {
            first = now;
        }
        came++;
    }

    /// How long to rest before the next turn, which begins with this call; mostly 0.
    long rest(long now) {
        long rest = came >= MANY ? first + PERIOD_NANOS - now : 0;
        came = 0;
        return rest >= LEAST_NANOS ? rest : 0;
    }
}
