package dev.berth.testkit;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// Waits by looking again and again, never longer than a deadline.
public final class Await {
    private static final long FIRST_PAUSE_NANOS = 200_000;
    private static final long LONGEST_PAUSE_NANOS = 20_000_000;

    private Await() {}

    /// Waits until `condition` is true.
    ///
    /// @throws AssertionError with the failure text, made only then, if it is still false after
    ///   `limit`, or if the thread is interrupted
    public static void until(
            Duration limit, BooleanSupplier condition, Supplier<String> failureText) {
        value(
                limit,
                () -> condition.getAsBoolean() ? Optional.of(true) : Optional.empty(),
                failureText);
    }

    /// Waits until there is a value, and returns it.
    ///
    /// @throws AssertionError as [#until] does
    public static <T> T value(
            Duration limit, Supplier<Optional<T>> source, Supplier<String> failureText) {
        long start = System.nanoTime();
        long pause = FIRST_PAUSE_NANOS;
        while (true) {
            Optional<T> value = source.get();
            if (value.isPresent()) {
                return value.get();
            }
            if (System.nanoTime() - start >= limit.toNanos()) {
                throw new AssertionError("after " + limit + ": " + failureText.get());
            }
            LockSupport.parkNanos(pause);
            if (Thread.currentThread().isInterrupted()) {
                throw new AssertionError("interrupted while waiting: " + failureText.get());
            }
            pause = Math.min(pause * 2, LONGEST_PAUSE_NANOS);
        }
    }
}
