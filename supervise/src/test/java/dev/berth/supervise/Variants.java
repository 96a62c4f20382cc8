package dev.berth.supervise;

import java.time.Duration;
import java.util.Optional;

/// The default settings with one thing changed.
final class Variants {
    private static final Settings USUAL = Settings.defaults();

    private Variants() {}

    static Settings announced() {
        return of(Optional.empty(), Settings.Ready.ANNOUNCED, true);
    }

    static Settings staggered(Duration pause) {
        return of(Optional.of(pause), Settings.Ready.LISTENING, true);
    }

    /// Stop-then-start, as for datagrams.
    static Settings inPlace() {
        return of(Optional.empty(), Settings.Ready.LISTENING, false);
    }

    static Settings of(Optional<Duration> stagger, Settings.Ready ready, boolean overlap) {
        return new Settings(
                USUAL.settle(),
                USUAL.startTimeout(),
                USUAL.drain(),
                USUAL.grace(),
                USUAL.giveUp(),
                stagger,
                ready,
                overlap);
    }
}
