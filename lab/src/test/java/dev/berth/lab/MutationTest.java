package dev.berth.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.sys.Capability;
import dev.berth.testkit.RequiresCapability;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// Checks that no kind of step is superfluous. Several runs at once, because most of their time is
/// spent waiting for something that does not happen.
@RequiresCapability(Capability.SYS_ADMIN)
class MutationTest {
    /// Number of the cheapest scenarios with a kind of step that are tried.
    private static final int MOST = 4;

    private final Lab lab = Lab.here();
    private final List<Scenario> shipped = Scenarios.shipped();

    private static boolean has(Scenario scenario, OpKind kind) {
        return scenario.steps().stream().anyMatch(step -> step.kind() == kind);
    }

    /// The cost of a scenario, dominated by its processes.
    private static int cost(Scenario scenario) {
        long forks = scenario.steps().stream().filter(s -> s.kind() == OpKind.FORK).count();
        return 100 * (scenario.actors().size() + (int) forks) + scenario.steps().size();
    }

    private List<Scenario> cheapest(OpKind kind) {
        return shipped.stream()
                .filter(scenario -> has(scenario, kind))
                .sorted(Comparator.comparingInt(MutationTest::cost))
                .limit(MOST)
                .toList();
    }

    private boolean noticed(OpKind kind, Scenario scenario) {
        Lab mutated =
                lab.withPerformer(
                        (environment, step) ->
                                step.kind() == kind
                                        ? StepResult.ok()
                                        : StepRunner.live().perform(environment, step));
        ScenarioResult result = mutated.run(scenario);
        return result.broken() || result.verdict() != recorded(scenario);
    }

    private Verdict recorded(Scenario scenario) {
        return Expectations.here().of(scenario.name()).orElseGet(() -> lab.run(scenario).verdict());
    }

    @Test
    void everyKindOfStepIsUsedByAShippedScenario() {
        assertThat(OpKind.values()).allMatch(kind -> !cheapest(kind).isEmpty());
    }

    @TestFactory
    @Timeout(300)
    @Execution(ExecutionMode.CONCURRENT)
    Stream<DynamicTest> aKindOfStepThatDoesNothingIsNoticed() {
        return Arrays.stream(OpKind.values())
                .map(
                        kind ->
                                DynamicTest.dynamicTest(
                                        kind.word(),
                                        () ->
                                                assertThat(cheapest(kind))
                                                        .anyMatch(s -> noticed(kind, s))));
    }
}
