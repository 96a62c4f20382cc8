package dev.berth.supervise.process;

import java.util.concurrent.atomic.AtomicLong;

/// A clock that stands still until a test moves it.
public final class ManualClock implements Clock {
    private final AtomicLong nanos = new AtomicLong(1_000_000_000_000L);

    @Override
    public long nanos() {
        return nanos.get();
    }

    public void advance(long millis) {
        nanos.addAndGet(millis * 1_000_000);
    }
}
