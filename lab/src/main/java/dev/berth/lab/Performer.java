package dev.berth.lab;

import java.io.IOException;

/// Carries out one step of a running scenario.
@FunctionalInterface
public interface Performer {
    /// Carries out the step and returns its outcome.
    ///
    /// @throws IOException if the lab itself fails, not the step
    Answer perform(Stage stage, Step step) throws IOException;

    /// The performer that really carries out steps.
    static Performer live() {
        return Stage::perform;
    }
}
