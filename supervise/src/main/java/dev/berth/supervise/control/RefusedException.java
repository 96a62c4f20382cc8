package dev.berth.supervise.control;

import java.io.IOException;

/// A command is refused; the message is sent to the client.
final class RefusedException extends IOException {
    private static final long serialVersionUID = 1L;

    RefusedException(String message) {
        super(message);
    }
}
