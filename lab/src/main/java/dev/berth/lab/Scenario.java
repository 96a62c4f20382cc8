package dev.berth.lab;

import java.util.List;
import java.util.Set;

/// A claim about sharing ports, and the steps that test it. Plain data: for the file format see
/// `docs/lab.md`.
///
/// @param name short, of letters, digits and `-`
/// @param claim one sentence
/// @param source where the claim is made, in words; may be empty
/// @param needs what the machine and the user must provide
/// @param actors the processes that exist from the start; at least one
/// @param steps in order; at least one of them carries the claim
public record Scenario(
        String name,
        String claim,
        String source,
        Set<Requirement> needs,
        List<ActorSpec> actors,
        List<ScenarioStep> steps) {
    /// The port that `{port}` stands for. It is free in every scenario, because each has its own
    /// network namespace.
    public static final int PORT = 8080;

    public Scenario {
        needs = Set.copyOf(needs);
        actors = List.copyOf(actors);
        steps = List.copyOf(steps);
        if (actors.isEmpty()) {
            throw new IllegalArgumentException("no actor: " + name);
        }
        if (steps.stream().noneMatch(ScenarioStep::claim)) {
            throw new IllegalArgumentException("no step carries the claim: " + name);
        }
    }
}
