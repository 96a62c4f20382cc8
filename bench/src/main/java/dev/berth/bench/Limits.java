package dev.berth.bench;

import java.time.Duration;

/// What bounds a load: its length, its count, its pace, and how long one request may wait.
///
/// @param duration the longest that it lasts
/// @param maxRequests the most requests of all clients together
/// @param ratePerSecond of all clients together; 0 is as fast as they can
/// @param connectTimeoutMillis the longest that a connect may take
/// @param readTimeoutMillis the longest time without a byte
record Limits(
        Duration duration,
        long maxRequests,
        int ratePerSecond,
        int connectTimeoutMillis,
        int readTimeoutMillis) {

    private static final Duration MAX_DURATION = Duration.ofHours(2);

    Limits {
        if (duration.isNegative() || duration.compareTo(MAX_DURATION) > 0) {
            throw new IllegalArgumentException("duration not in 0.." + MAX_DURATION);
        }
        if (maxRequests < 1 || ratePerSecond < 0) {
            throw new IllegalArgumentException("a count below its least");
        }
        if (connectTimeoutMillis < 1 || readTimeoutMillis < 1) {
            throw new IllegalArgumentException("a time-out below 1 ms");
        }
    }

    /// No bound but the highest, full pace, and time-outs that only a lost packet reaches.
    static Limits defaults() {
        return new Limits(MAX_DURATION, Long.MAX_VALUE, 0, 10_000, 30_000);
    }

    Limits withBounds(Duration longest, long most) {
        return new Limits(longest, most, ratePerSecond, connectTimeoutMillis, readTimeoutMillis);
    }

    Limits withRate(int perSecond) {
        return new Limits(
                duration, maxRequests, perSecond, connectTimeoutMillis, readTimeoutMillis);
    }

    Limits withTimeouts(int connectMillis, int readMillis) {
        return new Limits(duration, maxRequests, ratePerSecond, connectMillis, readMillis);
    }
}
