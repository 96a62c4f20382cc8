package dev.berth.supervise.contract;

import java.time.Duration;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// The default settings with one value changed.
public final class SettingsVariants {
    private static final Settings USUAL = Settings.defaults();

    private SettingsVariants() {}

    public static Settings announced() {
        return withReady(USUAL, Settings.Ready.ANNOUNCED);
    }

    public static Settings staggered(Duration pause) {
        return withTiming(USUAL, times -> withStagger(times, Optional.of(pause)));
    }

    /// A new worker must prove itself within this time.
    public static Settings proving(Duration limit) {
        return proving(USUAL, limit);
    }

    public static Settings proving(Settings settings, Duration limit) {
        return withTiming(settings, times -> new Timing(times.timeouts(), times.stagger(), limit));
    }

    /// Stop-then-start, as for datagrams.
    public static Settings inPlace() {
        return inPlace(Optional.empty());
    }

    public static Settings inPlace(Optional<Duration> stagger) {
        return new Settings(
                withStagger(USUAL.timing(), stagger),
                USUAL.ready(),
                false,
                USUAL.slowStart(),
                USUAL.newAddresses());
    }

    /// The usual settings with these times, and the default of [Settings#IDLE].
    public static Settings timed(
            Duration settle, Duration start, Duration drain, Duration grace, Duration giveUp) {
        return withTimeouts(
                USUAL, _ -> new Timeouts(settle, start, drain, Settings.IDLE, grace, giveUp));
    }

    private static Timing withStagger(Timing times, Optional<Duration> stagger) {
        return new Timing(times.timeouts(), stagger, times.prove());
    }

    private static Settings withTiming(Settings settings, UnaryOperator<Timing> change) {
        return new Settings(
                change.apply(settings.timing()),
                settings.ready(),
                settings.overlap(),
                settings.slowStart(),
                settings.newAddresses());
    }

    private static Settings withTimeouts(Settings settings, UnaryOperator<Timeouts> change) {
        return withTiming(
                settings,
                times ->
                        new Timing(change.apply(times.timeouts()), times.stagger(), times.prove()));
    }

    public static Settings withReady(Settings settings, Settings.Ready ready) {
        return new Settings(
                settings.timing(),
                ready,
                settings.overlap(),
                settings.slowStart(),
                settings.newAddresses());
    }

    public static Settings withSlowStart(Duration slowStart) {
        return new Settings(
                USUAL.timing(), USUAL.ready(), USUAL.overlap(), slowStart, USUAL.newAddresses());
    }

    public static Settings withStart(Settings settings, Duration start) {
        return withTimeouts(
                settings,
                t -> new Timeouts(t.settle(), start, t.drain(), t.idle(), t.grace(), t.giveUp()));
    }

    public static Settings withIdle(Settings settings, Duration idle) {
        return withTimeouts(
                settings,
                t -> new Timeouts(t.settle(), t.start(), t.drain(), idle, t.grace(), t.giveUp()));
    }

    public static Settings withGrace(Settings settings, Duration grace) {
        return withTimeouts(
                settings,
                t -> new Timeouts(t.settle(), t.start(), t.drain(), t.idle(), grace, t.giveUp()));
    }
}
