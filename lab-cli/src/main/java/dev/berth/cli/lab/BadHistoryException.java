package dev.berth.cli.lab;

import java.util.Optional;

/// A line that is not a valid history.
final class BadHistoryException extends Exception {
    private static final long serialVersionUID = 1;

    private final String id;

    /// @param id the id of the history; empty if unknown
    BadHistoryException(String id, String problem) {
        super(problem);
        this.id = id;
    }

    Optional<String> id() {
        return id.isEmpty() ? Optional.empty() : Optional.of(id);
    }
}
