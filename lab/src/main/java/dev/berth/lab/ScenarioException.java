package dev.berth.lab;

import java.io.IOException;

/// A scenario that cannot be read: `FILE:LINE:COLUMN: what is wrong; what would be right`.
public final class ScenarioException extends IOException {
    private static final long serialVersionUID = 1;

    ScenarioException(String message) {
        super(message);
    }
}
