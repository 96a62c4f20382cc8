package dev.berth.lab;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;

/// Runs scenarios on the live kernel, each in its own network namespaces, several at once.
///
/// Needs `CAP_SYS_ADMIN`, which every user has in a user namespace of their own. Nothing outside
/// those namespaces is touched, and nothing is left behind: processes end with the lab, however it
/// ends.
///
/// @param actorCommand the command line that starts an actor, up to its arguments
/// @param runner carries out the steps
/// @param atOnce the number of scenarios that run at the same time
public record Lab(List<String> actorCommand, StepRunner runner, int atOnce) {
    /// Each scenario takes some 40 MB for each of its actors.
    private static final int MOST_AT_ONCE = 8;

    public Lab {
        actorCommand = List.copyOf(actorCommand);
        if (atOnce < 1) {
            throw new IllegalArgumentException("atOnce=" + atOnce);
        }
    }

    /// A lab that starts actors with this JVM's Java and class path, and runs two scenarios at once
    /// for each processor, because every scenario spends some time waiting.
    public static Lab here() {
        int processors = Runtime.getRuntime().availableProcessors();
        return new Lab(Actors.command(), StepRunner.live(), Math.min(MOST_AT_ONCE, 2 * processors));
    }

    public Lab withActorCommand(List<String> command) {
        return new Lab(command, runner, atOnce);
    }

    public Lab withPerformer(StepRunner other) {
        return new Lab(actorCommand, other, atOnce);
    }

    /// Runs one scenario. A failure of the lab itself is also returned as a result, see
    /// [ScenarioResult#broken()].
    public ScenarioResult run(Scenario scenario) {
        HostFeatures host = HostFeatures.here();
        for (Requirement requirement : scenario.needs()) {
            if (requirement.missing(host).isPresent()) {
                return ScenarioResult.skipped(scenario, requirement.missing(host).get());
            }
        }
        try (ScenarioEnvironment environment =
                ScenarioEnvironment.open(scenario.actors(), actorCommand)) {
            return new ScenarioRun(scenario, runner).run(environment);
        } catch (IOException failed) {
            return ScenarioResult.broken(
                    scenario, List.of(), "the lab failed: " + failed.getMessage());
        }
    }

    /// Runs scenarios, and reports each result as soon as it is available.
    ///
    /// @param goOn receives each result, and returns whether the others are still wanted
    /// @return the results, in the order of the scenarios; not all if they were no longer wanted
    public List<ScenarioResult> run(List<Scenario> scenarios, Predicate<ScenarioResult> goOn) {
        try (ExecutorService pool =
                Executors.newFixedThreadPool(
                        atOnce, task -> Thread.ofPlatform().daemon().unstarted(task))) {
            List<CompletableFuture<ScenarioResult>> futures =
                    scenarios.stream()
                            .map(
                                    scenario ->
                                            CompletableFuture.supplyAsync(
                                                    () -> run(scenario), pool))
                            .toList();
            List<ScenarioResult> results = new ArrayList<>();
            for (CompletableFuture<ScenarioResult> future : futures) {
                results.add(future.join());
                if (!goOn.test(results.getLast())) {
                    pool.shutdownNow();
                    break;
                }
            }
            return results;
        } catch (CompletionException failed) {
            if (failed.getCause() instanceof RuntimeException bug) {
                throw bug;
            }
            throw failed;
        }
    }
}
