package dev.berth.boot;

import java.util.Objects;
import java.util.Optional;

/// The explanation for the user.
///
/// @param description what happened, and who is in the way
/// @param action what would help
record ExplainerResult(String description, String action) {
    /// Neither part contains this character, because foreign texts are made printable.
    private static final String SEPARATOR = "\f";

    ExplainerResult {
        Objects.requireNonNull(description, "description");
        Objects.requireNonNull(action, "action");
    }

    String encoded() {
        return description + SEPARATOR + action;
    }

    /// Empty if `text` is not an encoded answer.
    static Optional<ExplainerResult> decode(String text) {
        int at = text.indexOf(SEPARATOR);
        return at < 0
                ? Optional.empty()
                : Optional.of(new ExplainerResult(text.substring(0, at), text.substring(at + 1)));
    }
}
