package dev.berth.cli.command;

import dev.berth.sys.Platform;

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

    /// Fails on a platform on which Berth does not work.
    ///
    /// @param consequence begins the message: `cannot list sockets`
    public static void unlessSupported(String consequence) throws CommandFailure {
        if (!Platform.supported()) {
            throw new CommandFailure(consequence + ": " + Platform.describe());
        }
    }
}
