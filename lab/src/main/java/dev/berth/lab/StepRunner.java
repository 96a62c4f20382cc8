package dev.berth.lab;

import java.io.IOException;

/// Carries out one step of a running scenario.
@FunctionalInterface
public interface StepRunner {
    /// Carries out the step and returns its outcome.
    ///
    /// @throws IOException if the lab itself fails, not the step
    StepResult perform(ScenarioEnvironment environment, ScenarioStep step) throws IOException;

    /// The performer that really carries out steps.
    static StepRunner live() {
        return ScenarioEnvironment::perform;
    }
}
