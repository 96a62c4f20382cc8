package dev.berth.bench;

import java.time.Duration;

/// The limits of a load: its duration, number of requests, rate, and how long one request may wait.
///
/// @param duration the maximum duration
/// @param maxRequests the maximum number of requests of all clients together
/// @param ratePerSecond of all clients together; 0 for as fast as possible
/// @param connectTimeoutMillis the longest that a connect may take
/// @param readTimeoutMillis the longest time without a byte
record LoadLimits(
        Duration duration,
        long maxRequests,
        int ratePerSecond,
        int connectTimeoutMillis,
        int readTimeoutMillis) {

    private static final Duration MAX_DURATION = Duration.ofHours(2);

    LoadLimits {
        if (duration.isNegative() || duration.compareTo(MAX_DURATION) > 0) {
            throw new IllegalArgumentException("duration is not in 0.." + MAX_DURATION);
        }
        if (maxRequests < 1 || ratePerSecond < 0) {
            throw new IllegalArgumentException("a count is below its minimum");
        }
        if (connectTimeoutMillis < 1 || readTimeoutMillis < 1) {
            throw new IllegalArgumentException("a time-out is below 1 ms");
        }
    }

    /// The maximum duration and count, no rate limit, and time-outs that only a lost packet
    /// reaches.
    static LoadLimits defaults() {
        return new LoadLimits(MAX_DURATION, Long.MAX_VALUE, 0, 10_000, 30_000);
    }

    LoadLimits withBounds(Duration longest, long most) {
        return new LoadLimits(
                longest, most, ratePerSecond, connectTimeoutMillis, readTimeoutMillis);
    }

    LoadLimits withRate(int perSecond) {
        return new LoadLimits(
                duration, maxRequests, perSecond, connectTimeoutMillis, readTimeoutMillis);
    }

    LoadLimits withTimeouts(int connectMillis, int readMillis) {
        return new LoadLimits(duration, maxRequests, ratePerSecond, connectMillis, readMillis);
    }
}
