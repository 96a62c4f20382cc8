package dev.berth.supervise.contract;

import java.time.Duration;
import java.util.Optional;

/// What the state machine goes by, made from a [ServiceSpec].
///
/// @param ready what makes a worker ready
/// @param overlap whether the next worker of a slot starts before the old one stops
/// @param slowStart how long a fresh worker's share of the connections grows; zero: it gets all of
///   it at once
/// @param newAddresses whether a new worker may listen on fewer or other addresses than the worker
///   that it replaces
public record Settings(
        Timing timing, Ready ready, boolean overlap, Duration slowStart, boolean newAddresses) {
    /// How long a worker that has closed its listeners may take to exit before it gets the stop
    /// signal.
    public static final Duration SELF_EXIT = Duration.ofSeconds(2);

    /// The default of [Timeouts#idle].
    public static final Duration IDLE = Duration.ofSeconds(5);

    /// After a worker has lived this long, its next crash counts as the first.
    public static final Duration STABLE = Duration.ofSeconds(10);

    /// The longest pause between two starts of a worker in a crash loop.
    static final Duration LONGEST_BACKOFF = Duration.ofSeconds(30);

    /// The default time for a new worker to accept the connections that wait for it.
    public static final Duration PROVE = Duration.ofSeconds(5);

    /// The longest pause between two starts while no worker is in service.
    public static final Duration LONGEST_UNSERVED_BACKOFF = Duration.ofSeconds(2);

    /// The longest pause before the next try when no program could be started: a process, a thread,
    /// a descriptor or the program's file was missing. Such a try costs little, and what was
    /// missing may be available again at any moment.
    public static final Duration LONGEST_SPAWN_BACKOFF = Duration.ofSeconds(5);

    public Settings {
        Timeouts.check(slowStart);
    }

    /// What makes a worker ready.
    public enum Ready {
        /// It listens and keeps listening, or sends `READY=1` before.
        LISTENING,
        /// It listens and has sent `READY=1` or answered its probe.
        ANNOUNCED,
        /// It has told the dispatcher that it takes connections, and stays alive.
        READY_PROTOCOL
    }

    /// The settings that apply if the user sets none.
    public static Settings defaults() {
        return new Settings(Timing.defaults(), Ready.LISTENING, true, Duration.ZERO, false);
    }

    /// Whether a worker must ask a dispatcher for its connections.
    public boolean usesReadyProtocol() {
        return ready == Ready.READY_PROTOCOL;
    }

    public Timeouts timeouts() {
        return timing.timeouts();
    }

    public Optional<Duration> stagger() {
        return timing.stagger();
    }

    public Duration prove() {
        return timing.prove();
    }

    /// The pause before the next try after `failures` in a row: none, 0.2 s, 0.4 s … 30 s, each up
    /// to a quarter longer.
    ///
    /// @param salt spreads workers that died together
    public static long backoffMillis(int failures, long salt) {
        if (failures <= 1) {
            return 0;
        }
        long base = Math.min(LONGEST_BACKOFF.toMillis(), 100L << Math.min(failures - 1, 20));
        long spread = Math.floorMod(salt * 0x9E3779B97F4A7C15L >>> 17, base / 4 + 1);
        return base + spread;
    }
}
