package dev.berth.cli.lab;

import dev.berth.lab.ReplayAnswer;

import java.util.Objects;
import java.util.Optional;

/// The result of one line of `berth lab replay`.
sealed interface ReplayOutcome {
    /// The line was a history.
    ///
    /// @param where the place in the input, for messages
    /// @param note what the history shows; empty if unknown
    record Answered(String where, ReplayAnswer answer, String note) implements ReplayOutcome {
        public Answered {
            Objects.requireNonNull(where, "where");
            Objects.requireNonNull(answer, "answer");
            Objects.requireNonNull(note, "note");
        }
    }

    /// The line was not a history.
    record Bad(String where, Optional<String> id, String problem) implements ReplayOutcome {
        public Bad {
            Objects.requireNonNull(where, "where");
            Objects.requireNonNull(id, "id");
            Objects.requireNonNull(problem, "problem");
        }
    }
}
