package dev.berth.cli.run;

import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/// Distinguishes the two meanings of SIGHUP: the terminal is gone, or somebody requests a roll.
///
/// The kernel sends it when the terminal of the process goes away. So does a shell that ends, in
/// some cases (zsh) a moment before the terminal goes. A request for a roll is sent to a process
/// that has a terminal and keeps it, or that never had one (a service; setsid).
final class Hangup {
    private static final long SHELL_MILLIS = 200;

    /// How long after the first signal further signals may belong to the same hang-up: from the
    /// shell, and from the kernel when the shell has ended.
    private static final long ECHO_NANOS = 2_000_000_000L;

    private final BooleanSupplier terminal;
    private final LongSupplier nanos;
    private boolean attached;
    private boolean echoes;
    private long lostAt;

    /// The meaning of a signal.
    enum Meaning {
        /// Somebody requests a roll.
        ROLL,
        /// The terminal has gone away.
        LOST,
        /// The signal belongs to a hang-up that has been handled.
        ECHO
    }

    /// @param terminal whether the process currently has a controlling terminal
    /// @param nanos the time, as System.nanoTime() returns it
    Hangup(BooleanSupplier terminal, LongSupplier nanos) {
        this.terminal = terminal;
        this.nanos = nanos;
        attached = terminal.getAsBoolean();
    }

    /// Handles a SIGHUP. Call it on a thread that may block.
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
