package dev.berth.cli.command;

import java.io.IOException;

/// A command failed. The message says what happened, why, and what to do.
public final class Failure extends IOException {
    private static final long serialVersionUID = 1;

    public Failure(String message) {
        super(message);
    }

    public Failure(String message, Throwable cause) {
        super(message, cause);
    }
}
