package dev.berth.cli.command;

import java.io.IOException;

/// A command failed. The message says what happened, why, and what to do.
public final class CommandFailure extends IOException {
    private static final long serialVersionUID = 1;

    public CommandFailure(String message) {
        super(message);
    }

    public CommandFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
