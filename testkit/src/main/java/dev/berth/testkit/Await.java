package dev.berth.testkit;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// Waits by polling, never longer than a limit.
///
/// Limits are in [MachineTime]: they stretch on a crowded machine, as the awaited work does.
public final class Await {
    private static final long FIRST_PAUSE_NANOS = 200_000;
    private static final long LONGEST_PAUSE_NANOS = 20_000_000;

    private Await() {}

    /// Waits until `condition` is true.
    ///
    /// @throws AssertionError if the condition is still false after `limit`, with the failure text
    ///   (which is computed only then), or if the thread is interrupted
    public static void until(
            Duration limit, BooleanSupplier condition, Supplier<String> failureText) {
        value(
                limit,
                () -> condition.getAsBoolean() ? Optional.of(true) : Optional.empty(),
                failureText);
    }

    /// Lets time pass, for effects that leave no trace when they are complete.
    public static void pass(Duration time) {
        MachineTime passed = new MachineTime();
        // The limit is never reached, because both use the same clock.
        until(time.multipliedBy(2), () -> passed.nanos() >= time.toNanos(), () -> "no time passes");
    }

    /// Waits until there is a value, and returns it.
    ///
    /// @throws AssertionError as [#until] does
    public static <T> T value(
            Duration limit, Supplier<Optional<T>> source, Supplier<String> failureText) {
        MachineTime time = new MachineTime();
        long pause = FIRST_PAUSE_NANOS;
        while (true) {
            Optional<T> value = source.get();
            if (value.isPresent()) {
                return value.get();
            }
            if (time.nanos() >= limit.toNanos()) {
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
