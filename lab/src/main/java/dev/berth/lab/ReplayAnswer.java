package dev.berth.lab;

import dev.berth.inspect.History;
import dev.berth.inspect.HistoryStep;

import java.util.List;
import java.util.Optional;

/// The outcome of a history.
///
/// @param history that was run
/// @param steps one for each of its steps; empty if it could not be run
/// @param failure why it could not be run on the kernel, if so
public record ReplayAnswer(History history, List<StepAnswer> steps, Optional<String> failure) {
    public ReplayAnswer {
        steps = List.copyOf(steps);
    }

    /// The outcome of a step: `OK`, or the name of an errno.
    ///
    /// @param predicted by the rules; empty for steps that are neither bind nor listen
    /// @param kernel the kernel's answer; empty if it was not asked
    public record StepAnswer(
            HistoryStep step, Optional<String> predicted, Optional<String> kernel) {
        /// Whether the kernel's answer differed from the prediction.
        public boolean differs() {
            return predicted.isPresent() && kernel.isPresent() && !predicted.equals(kernel);
        }
    }

    /// Whether a prediction was wrong.
    public boolean differs() {
        return steps.stream().anyMatch(StepAnswer::differs);
    }
}
