package dev.berth.cli.command;

/// The command line is wrong. The message says why, and what would be right.
public final class UsageException extends Exception {
    private static final long serialVersionUID = 1;

    public UsageException(String message) {
        super(message);
    }
}
