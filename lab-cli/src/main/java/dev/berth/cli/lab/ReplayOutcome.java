package dev.berth.cli.lab;

import dev.berth.lab.ReplayAnswer;

import java.util.Optional;

/// The result of one line of `berth lab replay`.
sealed interface ReplayOutcome {
    /// The line was a history.
    ///
    /// @param where the place in the input, for messages
    /// @param note what the history shows; empty if unknown
    record Answered(String where, ReplayAnswer answer, String note) implements ReplayOutcome {}

    /// The line was not a history.
    record Bad(String where, Optional<String> id, String problem) implements ReplayOutcome {}
}
