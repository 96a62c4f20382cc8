package dev.berth.supervise.steering;

import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/// What a listener got, and what nobody has accepted from it yet, at one moment.
///
/// @param steered connections that were steered to it
/// @param queue connections that wait to be accepted
record ListenerCount(long steered, int queue) {
    /// How often the numbers are read again while connections arrive in between.
    private static final int READS = 100;

    /// Reads both numbers. A connection that arrives between the two reads would be in only one of
    /// them, so they are read until none has arrived meanwhile. If connections arrive all the time,
    /// the last of them count as accepted.
    static ListenerCount read(LongSupplier steered, IntSupplier queue) {
        long before = steered.getAsLong();
        for (int i = 0; ; i++) {
            int waiting = queue.getAsInt();
            long after = steered.getAsLong();
            if (after == before || i == READS) {
                return new ListenerCount(after, waiting);
            }
            before = after;
        }
    }
}
