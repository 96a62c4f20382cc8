package dev.berth.supervise.lifecycle;

/// A moment of the supervisor's monotonic clock, in milliseconds.
public final class Moment {
    /// The moment that never comes.
    public static final long NEVER = Long.MAX_VALUE;

    private Moment() {}
}
