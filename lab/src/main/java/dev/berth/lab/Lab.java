package dev.berth.lab;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;

/// Runs scenarios on the live kernel, each in network namespaces of its own, several at once.
///
/// Needs `CAP_SYS_ADMIN`, which every user has in a user namespace of his own. Nothing outside of
/// those namespaces is touched, and nothing is left: processes end with the lab, however it ends.
///
/// @param actorCommand the command line that starts an actor, up to its arguments
/// @param performer does the steps
/// @param atOnce how many scenarios run at the same time
public record Lab(List<String> actorCommand, Performer performer, int atOnce) {
    /// Each takes some 40 MB for each of its actors.
    private static final int MOST_AT_ONCE = 8;

    public Lab {
        actorCommand = List.copyOf(actorCommand);
        if (atOnce < 1) {
            throw new IllegalArgumentException("atOnce=" + atOnce);
        }
    }

    /// One that starts actors with this JVM's Java and class path, two scenarios at once for each
    /// processor: every scenario waits now and then.
    public static Lab here() {
        int processors = Runtime.getRuntime().availableProcessors();
        return new Lab(Actors.command(), Performer.live(), Math.min(MOST_AT_ONCE, 2 * processors));
    }

    public Lab withActorCommand(List<String> command) {
        return new Lab(command, performer, atOnce);
    }

    public Lab withPerformer(Performer other) {
        return new Lab(actorCommand, other, atOnce);
    }

    /// Runs one scenario. A failure of the lab itself is a result too, see
    /// [ScenarioResult#broken()].
    public ScenarioResult run(Scenario scenario) {
        Machine machine = Machine.here();
        for (Need need : scenario.needs()) {
            if (need.missing(machine).isPresent()) {
                return ScenarioResult.skipped(scenario, need.missing(machine).get());
            }
        }
        try (Stage stage = Stage.open(scenario.actors(), actorCommand)) {
            return new Trial(scenario, performer).run(stage);
        } catch (IOException failed) {
            return ScenarioResult.broken(
                    scenario, List.of(), "the lab failed: " + failed.getMessage());
        }
    }

    /// Runs scenarios, and tells each result as soon as it is there.
    ///
    /// @param goOn is told each, and says whether anybody wants the others
    /// @return the results, in the order of the scenarios; not all if nobody wants them
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
