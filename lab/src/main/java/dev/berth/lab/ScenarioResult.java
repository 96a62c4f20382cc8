package dev.berth.lab;

import java.util.List;
import java.util.Optional;

/// The result of one scenario.
///
/// @param name of the scenario
/// @param claim the sentence that was tested
/// @param verdict computed from what happened
/// @param evidence what happened, a sentence each
/// @param reason why the claim does not simply hold, or why nothing was run; empty if it holds
/// @param measurements those of the named steps, in order
/// @param broken whether a step that only prepares the test went wrong, so that the verdict says
///   nothing about the claim
public record ScenarioResult(
        String name,
        String claim,
        Verdict verdict,
        List<String> evidence,
        Optional<String> reason,
        List<Measurement> measurements,
        boolean broken) {
    public ScenarioResult {
        evidence = List.copyOf(evidence);
        measurements = List.copyOf(measurements);
    }

    static ScenarioResult skipped(Scenario scenario, String why) {
        return new ScenarioResult(
                scenario.name(),
                scenario.claim(),
                Verdict.SKIPPED,
                List.of(),
                Optional.of(why),
                List.of(),
                false);
    }

    /// The result of a run that failed before its steps, or for another reason than a step.
    static ScenarioResult broken(Scenario scenario, List<String> evidence, String why) {
        return new ScenarioResult(
                scenario.name(),
                scenario.claim(),
                Verdict.FAILS,
                evidence,
                Optional.of(why),
                List.of(),
                true);
    }
}
