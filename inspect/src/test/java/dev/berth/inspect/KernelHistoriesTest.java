package dev.berth.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.net.Protocol;
import dev.berth.sys.Capability;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.RequiresCapability;
import dev.berth.testkit.SeededRandom;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Checks the exact rules against the running kernel, on random histories in fresh network
/// namespaces.
///
/// The long run, some three minutes:
///
///     ./mvnw -pl inspect -am test -Dtest=KernelHistoriesTest -Dsurefire.failIfNoSpecifiedTests=false -Dberth.histories=100000 -Dberth.workers=2
///
/// Each worker is a thread with its own namespaces. The same seed, number of histories and number
/// of workers generate the same histories again.
@ExtendWith(LeakCheck.class)
@RequiresCapability({Capability.SYS_ADMIN, Capability.CHOWN})
final class KernelHistoriesTest {
    private static final int COUNT = Integer.getInteger("berth.histories", 4000);
    private static final int WORKERS = Integer.getInteger("berth.workers", 1);
    private static final int MOST_NAMED = 5;

    /// The findings of one worker.
    private record Result(Coverage coverage, List<String> differences) {}

    @Test
    void everyAnswerIsAsPredicted() throws Exception {
        SeededRandom random = SeededRandom.create("histories");
        long start = System.nanoTime();
        Result all = new Result(new Coverage(), new ArrayList<>());
        try (ExecutorService workers = Executors.newFixedThreadPool(WORKERS)) {
            List<Future<Result>> results = new ArrayList<>();
            for (int i = 0; i < WORKERS; i++) {
                SeededRandom own = SeededRandom.of(random.nextLong());
                results.add(workers.submit(() -> compare(own, COUNT / WORKERS)));
            }
            for (Future<Result> result : results) {
                all.coverage().add(result.get().coverage());
                all.differences().addAll(result.get().differences());
            }
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf(
                "histories: %s; %d differences; %.1f s%n",
                all.coverage(), all.differences().size(), seconds);
        assertThat(all.differences().stream().limit(MOST_NAMED)).isEmpty();
        // A generator that produces nothing interesting would agree with any rules.
        for (Coverage.Kind kind : Coverage.Kind.values()) {
            assertThat(all.coverage().of(kind)).as(kind.name()).isGreaterThan(COUNT / 400);
        }
        assertThat(all.coverage().of(Coverage.Kind.REFUSED_BINDS)).isGreaterThan(COUNT);
    }

    private static Result compare(SeededRandom random, int count) throws Exception {
        Result result = new Result(new Coverage(), new ArrayList<>());
        HistoryGenerator generator = new HistoryGenerator(random, true);
        try (HistoryRunner runner = HistoryRunner.open()) {
            for (int i = 0; i < count; i++) {
                compare(runner, generator.next(Protocol.values()[i % 2]), result);
            }
        }
        return result;
    }

    private static void compare(HistoryRunner runner, History history, Result result)
            throws Exception {
        List<Optional<String>> predicted = HistoryModel.predict(history);
        List<String> answers = run(runner, history);
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < answers.size(); i++) {
            boolean connect = history.steps().get(i) instanceof HistoryStep.Connect;
            String otherwise = connect ? HistoryModel.OK : answers.get(i);
            expected.add(predicted.get(i).orElse(otherwise));
        }
        if (!answers.equals(expected)) {
            result.differences().add(history + " -> " + answers + ", predicted " + expected);
        }
        result.coverage().add(history, answers);
    }

    private static List<String> run(HistoryRunner runner, History history) {
        try {
            return runner.run(history);
        } catch (IOException failed) {
            throw new AssertionError(history.toString(), failed);
        }
    }

    @Test
    void everyHistoryOfTheCorpusIsPredicted() throws Exception {
        List<History> corpus = HistoryCorpus.histories();
        assertThat(corpus).hasSizeGreaterThan(20);
        Result result = new Result(new Coverage(), new ArrayList<>());
        try (HistoryRunner runner = HistoryRunner.open()) {
            for (History history : corpus) {
                compare(runner, history, result);
            }
        }
        assertThat(result.differences()).isEmpty();
    }
}
