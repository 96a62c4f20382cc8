package dev.berth.supervise.contract;

import java.time.Duration;
import java.util.Optional;

/// How long a worker may take for each step, and how workers follow each other.
///
/// @param stagger pause between two starts; empty: at most two start at once
/// @param prove how long a roll gives a new worker to show that it accepts; zero: it need not
public record Timing(Timeouts timeouts, Optional<Duration> stagger, Duration prove) {
    public Timing {
        Timeouts.check(prove);
        stagger.ifPresent(Timeouts::check);
    }

    /// The times that apply if the user sets none.
    public static Timing defaults() {
        return new Timing(Timeouts.defaults(), Optional.empty(), Settings.PROVE);
    }
}
