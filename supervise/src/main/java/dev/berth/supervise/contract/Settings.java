package dev.berth.supervise.contract;

import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;

/// How long a worker may take for each step, and how workers follow each other.
///
/// @param settle how long a worker must listen and live before it is ready
/// @param startTimeout how long it may take to become ready
/// @param drain how long an old worker may finish its connections before it gets the stop signal
/// @param idle how long a connection on which the server spoke last must be silent before the drain
///   no longer waits for it
/// @param grace how long it may take to stop before it is killed
/// @param giveUp how long there may be no ready worker before clients are refused
/// @param stagger pause between two starts; empty: at most two start at once
/// @param ready what makes a worker ready
/// @param overlap whether the next worker of a slot starts before the old one stops
/// @param slowStart how long a fresh worker's share of the connections grows; zero: it gets all of
///   it at once
/// @param prove how long a roll gives a new worker to show that it accepts; zero: it need not
/// @param newAddresses whether a new worker may listen on fewer or other addresses than the worker
///   that it replaces
public record Settings(
        Duration settle,
        Duration startTimeout,
        Duration drain,
        Duration idle,
        Duration grace,
        Duration giveUp,
        Optional<Duration> stagger,
        Ready ready,
        boolean overlap,
        Duration slowStart,
        Duration prove,
        boolean newAddresses) {
    /// How long a worker that has closed its listeners may take to exit before it gets the stop
    /// signal.
    public static final Duration SELF_EXIT = Duration.ofSeconds(2);

    /// The default of [#idle].
    public static final Duration IDLE = Duration.ofSeconds(5);

    public Settings {
        Stream.concat(
                        Stream.of(
                                settle, startTimeout, drain, idle, grace, giveUp, slowStart, prove),
                        stagger.stream())
                .filter(Duration::isNegative)
                .forEach(
                        wrong -> {
                            throw new IllegalArgumentException("negative duration: " + wrong);
                        });
    }

    /// Without a slow start.
    public Settings(
            Duration settle,
            Duration startTimeout,
            Duration drain,
            Duration grace,
            Duration giveUp,
            Optional<Duration> stagger,
            Ready ready,
            boolean overlap) {
        this(settle, startTimeout, drain, grace, giveUp, stagger, ready, overlap, Duration.ZERO);
    }

    /// With the defaults [#IDLE] and [#PROVE], and the addresses of the predecessor required.
    public Settings(
            Duration settle,
            Duration startTimeout,
            Duration drain,
            Duration grace,
            Duration giveUp,
            Optional<Duration> stagger,
            Ready ready,
            boolean overlap,
            Duration slowStart) {
        this(
                settle,
                startTimeout,
                drain,
                IDLE,
                grace,
                giveUp,
                stagger,
                ready,
                overlap,
                slowStart,
                PROVE,
                false);
    }

    /// The same, with another time for a new worker to prove itself.
    public Settings withProve(Duration next) {
        return new Settings(
                settle,
                startTimeout,
                drain,
                idle,
                grace,
                giveUp,
                stagger,
                ready,
                overlap,
                slowStart,
                next,
                newAddresses);
    }

    /// The same, with new addresses allowed or not.
    public Settings withNewAddresses(boolean allowed) {
        return new Settings(
                settle,
                startTimeout,
                drain,
                idle,
                grace,
                giveUp,
                stagger,
                ready,
                overlap,
                slowStart,
                prove,
                allowed);
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

    /// The same with another [#idle].
    public Settings withIdle(Duration other) {
        return new Settings(
                settle,
                startTimeout,
                drain,
                other,
                grace,
                giveUp,
                stagger,
                ready,
                overlap,
                slowStart,
                prove,
                newAddresses);
    }

    /// Whether a worker must ask a dispatcher for its connections.
    public boolean usesReadyProtocol() {
        return ready == Ready.READY_PROTOCOL;
    }

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

    /// The settings that apply if the user sets none.
    public static Settings defaults() {
        return new Settings(
                Duration.ofSeconds(1),
                Duration.ofSeconds(60),
                Duration.ofSeconds(10),
                IDLE,
                Duration.ofSeconds(30),
                Duration.ofSeconds(10),
                Optional.empty(),
                Ready.LISTENING,
                true,
                Duration.ZERO,
                PROVE,
                false);
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
