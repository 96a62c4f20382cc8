package dev.berth.supervise.contract;

import java.time.Duration;
import java.util.Optional;

/// The default settings with one value changed.
public final class SettingsVariants {
    private static final Settings USUAL = Settings.defaults();

    private SettingsVariants() {}

    public static Settings announced() {
        return USUAL.withReady(Settings.Ready.ANNOUNCED);
    }

    public static Settings staggered(Duration pause) {
        return USUAL.withTiming(times -> times.withStagger(Optional.of(pause)));
    }

    /// A new worker must prove itself within this time.
    public static Settings proving(Duration limit) {
        return USUAL.withTiming(times -> times.withProve(limit));
    }

    /// Stop-then-start, as for datagrams.
    public static Settings inPlace() {
        return inPlace(Optional.empty());
    }

    public static Settings inPlace(Optional<Duration> stagger) {
        return new Settings(
                USUAL.timing().withStagger(stagger),
                USUAL.ready(),
                false,
                USUAL.slowStart(),
                USUAL.newAddresses());
    }

    /// The usual settings with these times, and the default of [Settings#IDLE].
    public static Settings timed(
            Duration settle, Duration start, Duration drain, Duration grace, Duration giveUp) {
        return USUAL.withTimeouts(
                _ -> new Timeouts(settle, start, drain, Settings.IDLE, grace, giveUp));
    }
}
