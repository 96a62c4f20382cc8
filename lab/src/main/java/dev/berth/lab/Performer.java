package dev.berth.lab;

import java.io.IOException;

/// Does one step of a scenario that runs.
@FunctionalInterface
public interface Performer {
    /// Does it: what came of it.
    ///
    /// @throws IOException if the lab itself fails, not the step
    Answer perform(Stage stage, Step step) throws IOException;

    /// Really does it.
    static Performer live() {
        return Stage::perform;
    }
}
