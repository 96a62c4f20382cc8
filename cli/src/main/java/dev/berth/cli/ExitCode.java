package dev.berth.cli;

/// What a command ends with.
final class ExitCode {
    static final int DONE = 0;
    static final int FAILED = 1;
    static final int USAGE = 2;

    /// Added to the number of the signal that ended it, as shells do.
    static final int SIGNALLED = 128;

    private ExitCode() {}
}
