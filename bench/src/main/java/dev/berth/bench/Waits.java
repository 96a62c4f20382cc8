package dev.berth.bench;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// Waiting with a deadline.
final class Waits {
    private static final long STEP_MILLIS = 5;

    private Waits() {}

    /// A condition that did not become true in time.
    static final class TimedOutException extends RuntimeException {
        private static final long serialVersionUID = 1;

        TimedOutException(String message) {
            super(message);
        }
    }

    /// Polls `condition` until it holds.
    ///
    /// @throws TimedOutException if it does not hold within `longest`, with `otherwise` as the
    ///   message
    static void until(Duration longest, BooleanSupplier condition, Supplier<String> otherwise) {
        if (!holds(longest, condition)) {
            throw new TimedOutException(otherwise.get() + " (after " + longest.toMillis() + " ms)");
        }
    }

    /// Polls `condition` until it holds; returns whether it did within `longest`.
    static boolean holds(Duration longest, BooleanSupplier condition) {
        long deadline = System.nanoTime() + longest.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            pause(Duration.ofMillis(STEP_MILLIS));
        }
        return true;
    }

    /// Sleeps for a time that is part of a measurement.
    static void pause(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
