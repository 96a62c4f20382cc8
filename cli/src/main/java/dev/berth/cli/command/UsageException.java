package dev.berth.cli.command;

/// The command line makes no sense; the message says why, and what would.
public final class UsageException extends Exception {
    private static final long serialVersionUID = 1;

    public UsageException(String message) {
        super(message);
    }
}
