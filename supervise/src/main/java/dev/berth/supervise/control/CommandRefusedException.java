package dev.berth.supervise.control;

import java.io.IOException;

/// A command is refused; the message is sent to the client.
public final class CommandRefusedException extends IOException {
    private static final long serialVersionUID = 1L;

    private static final int FAILED = 1;
    private static final int USAGE = 2;

    private final int exitCode;

    private CommandRefusedException(String message, int exitCode) {
        super(message);
        this.exitCode = exitCode;
    }

    /// Not now, or not from this client.
    CommandRefusedException(String message) {
        this(message, FAILED);
    }

    /// The request is wrong.
    static CommandRefusedException wrong(String message) {
        return new CommandRefusedException(message, USAGE);
    }

    /// The client's exit code.
    int exitCode() {
        return exitCode;
    }
}
