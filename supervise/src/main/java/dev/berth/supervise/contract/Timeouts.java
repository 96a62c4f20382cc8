package dev.berth.supervise.contract;

import java.time.Duration;

/// How long a worker may take for each step.
///
/// @param settle how long a worker must listen and live before it is ready
/// @param start how long it may take to become ready
/// @param drain how long an old worker may finish its connections before it gets the stop signal
/// @param idle how long a connection on which the server spoke last must be silent before the drain
///   no longer waits for it
/// @param grace how long it may take to stop before it is killed
/// @param giveUp how long there may be no ready worker before clients are refused
public record Timeouts(
        Duration settle,
        Duration start,
        Duration drain,
        Duration idle,
        Duration grace,
        Duration giveUp) {
    public Timeouts {
        check(settle);
        check(start);
        check(drain);
        check(idle);
        check(grace);
        check(giveUp);
    }

    static void check(Duration duration) {
        if (duration.isNegative()) {
            throw new IllegalArgumentException("negative duration: " + duration);
        }
    }

    /// The limits that apply if the user sets none.
    public static Timeouts defaults() {
        return new Timeouts(
                Duration.ofSeconds(1),
                Duration.ofSeconds(60),
                Duration.ofSeconds(10),
                Settings.IDLE,
                Duration.ofSeconds(30),
                Duration.ofSeconds(10));
    }
}
