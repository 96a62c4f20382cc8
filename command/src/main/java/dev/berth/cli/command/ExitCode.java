package dev.berth.cli.command;

/// The exit codes of the commands.
public final class ExitCode {
    public static final int DONE = 0;
    public static final int FAILED = 1;
    public static final int USAGE = 2;

    /// Added to the number of the signal that ended a command, as shells do.
    public static final int SIGNALLED = 128;

    private ExitCode() {}
}
