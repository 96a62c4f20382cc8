package dev.berth.cli.run;

import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/// Tells the two meanings of SIGHUP apart: the terminal is gone, or somebody asks for a roll.
///
/// The kernel sends it when the terminal of the process goes away, and so do shells that end, some
/// of them (zsh) a moment before the terminal does. Whoever asks for a roll sends it to a process
/// that has a terminal and keeps it, or never had one (a service; setsid).
final class Hangup {
    private static final long SHELL_MILLIS = 200;

    /// How long after the first one further signals may come of the same hang-up: from the shell,
    /// and from the kernel when that has ended.
    private static final long ECHO_NANOS = 2_000_000_000L;

    private final BooleanSupplier terminal;
    private final LongSupplier nanos;
    private boolean attached;
    private boolean echoes;
    private long lostAt;

    /// What a signal means.
    enum Meaning {
        /// Somebody asks for a roll.
        ROLL,
        /// The terminal that there was has gone.
        LOST,
        /// It belongs to a hang-up that is known.
        ECHO
    }

    /// - `terminal`: whether the process has a controlling terminal at the moment
    /// - `nanos`: the time, as System.nanoTime() tells it
    Hangup(BooleanSupplier terminal, LongSupplier nanos) {
        this.terminal = terminal;
        this.nanos = nanos;
        attached = terminal.getAsBoolean();
    }

    /// To be called on a SIGHUP, by a thread that may wait.
    synchronized Meaning signalled() {
        if (attached && terminal.getAsBoolean()) {
            pause();
        }
        if (attached && !terminal.getAsBoolean()) {
            attached = false;
            echoes = true;
            lostAt = nanos.getAsLong();
            return Meaning.LOST;
        }
        echoes &= nanos.getAsLong() - lostAt < ECHO_NANOS;
        return echoes ? Meaning.ECHO : Meaning.ROLL;
    }

    private static void pause() {
        try {
            Thread.sleep(SHELL_MILLIS);
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        }
    }
}
