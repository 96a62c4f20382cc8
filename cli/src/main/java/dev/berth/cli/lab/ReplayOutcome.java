package dev.berth.cli.lab;

import dev.berth.lab.ReplayAnswer;

import java.util.Objects;
import java.util.Optional;

/// What came of one line of `berth lab replay`.
sealed interface ReplayOutcome {
    /// It was a history.
    ///
    /// @param where it came from, for messages
    /// @param note what it shows, empty if nobody says
    record Answered(String where, ReplayAnswer answer, String note) implements ReplayOutcome {
        public Answered {
            Objects.requireNonNull(where, "where");
            Objects.requireNonNull(answer, "answer");
            Objects.requireNonNull(note, "note");
        }
    }

    /// It was none.
    record Bad(String where, Optional<String> id, String problem) implements ReplayOutcome {
        public Bad {
            Objects.requireNonNull(where, "where");
            Objects.requireNonNull(id, "id");
            Objects.requireNonNull(problem, "problem");
        }
    }
}
