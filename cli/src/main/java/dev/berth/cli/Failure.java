package dev.berth.cli;

import java.io.IOException;

/// What was asked for cannot be done: the message says what happened, why, and what to do.
final class Failure extends IOException {
    private static final long serialVersionUID = 1;

    Failure(String message) {
        super(message);
    }

    Failure(String message, Throwable cause) {
        super(message, cause);
    }
}
