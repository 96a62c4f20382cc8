package dev.berth.dispatch;

import java.util.concurrent.atomic.AtomicLong;

/// Counters that any thread may read; only the loop's thread writes them.
final class Counters {
    final AtomicLong accepted = new AtomicLong();
    final AtomicLong passed = new AtomicLong();
    final AtomicLong undecided = new AtomicLong();
    final AtomicLong waiting = new AtomicLong();
    final AtomicLong timedOut = new AtomicLong();
    final AtomicLong refused = new AtomicLong();
    final AtomicLong requeued = new AtomicLong();
    final AtomicLong exhausted = new AtomicLong();

    DispatcherStats now() {
        return new DispatcherStats(
                accepted.get(),
                passed.get(),
                undecided.get(),
                waiting.get(),
                timedOut.get(),
                refused.get(),
                requeued.get(),
                exhausted.get());
    }
}
