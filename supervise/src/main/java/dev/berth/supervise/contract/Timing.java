package dev.berth.supervise.contract;

import java.time.Duration;
import java.util.Optional;
import java.util.function.UnaryOperator;

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

    /// The same with other time limits.
    public Timing withTimeouts(UnaryOperator<Timeouts> change) {
        return new Timing(change.apply(timeouts), stagger, prove);
    }

    /// The same with another pause between two starts.
    public Timing withStagger(Optional<Duration> next) {
        return new Timing(timeouts, next, prove);
    }

    /// The same with another time for a new worker to prove itself.
    public Timing withProve(Duration next) {
        return new Timing(timeouts, stagger, next);
    }
}
