package dev.berth.lab;

import java.util.List;
import java.util.Optional;

/// An action of an actor, and the expected outcome.
///
/// @param line in the file
/// @param actor that carries it out
/// @param name by which later steps refer to what it measured; empty for most
/// @param kind of action
/// @param op the action with everything that it needs
/// @param arguments from which `op` was made, as they are passed to the actor
/// @param expect conditions that must all be met; empty: the step must not fail
/// @param claim whether it carries the claim; otherwise it only prepares, and must come out as
///   expected
/// @param say a sentence for the evidence; `{result}` and figures in braces are filled in
public record ScenarioStep(
        int line,
        String actor,
        String name,
        OpKind kind,
        Op op,
        StepArguments arguments,
        List<Expectation> expect,
        boolean claim,
        Optional<String> say) {
    public ScenarioStep {
        expect = List.copyOf(expect);
    }

    /// The action in a few words: `second: bind b address=127.0.0.1:8080`.
    public String text() {
        return actor + ": " + arguments;
    }
}
