package dev.berth.supervise.contract;

import java.time.Duration;
import java.util.Optional;

/// The default settings with one value changed.
public final class SettingsVariants {
    private static final Settings USUAL = Settings.defaults();

    private SettingsVariants() {}

    public static Settings announced() {
        return of(Optional.empty(), Settings.Ready.ANNOUNCED, true);
    }

    public static Settings staggered(Duration pause) {
        return of(Optional.of(pause), Settings.Ready.LISTENING, true);
    }

    /// Stop-then-start, as for datagrams.
    public static Settings inPlace() {
        return of(Optional.empty(), Settings.Ready.LISTENING, false);
    }

    public static Settings of(Optional<Duration> stagger, Settings.Ready ready, boolean overlap) {
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
