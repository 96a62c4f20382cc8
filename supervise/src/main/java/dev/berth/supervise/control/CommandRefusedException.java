package dev.berth.supervise.control;

import java.io.IOException;

/// A command is refused; the message is sent to the client.
final class CommandRefusedException extends IOException {
    private static final long serialVersionUID = 1L;

    CommandRefusedException(String message) {
        super(message);
    }
}
