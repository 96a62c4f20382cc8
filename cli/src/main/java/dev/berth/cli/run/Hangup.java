package dev.berth.cli.run;

import java.util.function.BooleanSupplier;

/// Tells the two meanings of SIGHUP apart: the terminal is gone, or somebody asks for a roll.
///
/// The kernel sends it when the terminal of the process goes away, and so do shells that end, some
/// of them (zsh) a moment before the terminal does. Whoever asks for a roll sends it to a process
/// that has a terminal and keeps it, or never had one (a service; setsid).
final class Hangup {
    private static final long SHELL_MILLIS = 200;

    private final BooleanSupplier terminal;
    private boolean attached;

    /// - `terminal`: whether the process has a controlling terminal at the moment
    Hangup(BooleanSupplier terminal) {
        this.terminal = terminal;
        attached = terminal.getAsBoolean();
    }

    /// To be called on a SIGHUP, by a thread that may wait: whether the terminal that there was has
    /// gone. It goes only once.
    synchronized boolean lost() {
        if (attached && terminal.getAsBoolean()) {
            pause();
        }
        boolean lost = attached && !terminal.getAsBoolean();
        attached &= !lost;
        return lost;
    }

    private static void pause() {
        try {
            Thread.sleep(SHELL_MILLIS);
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        }
    }
}
