package dev.berth.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.net.Protocol;
import dev.berth.sys.Capability;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.RequiresCapability;
import dev.berth.testkit.SeededRandom;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The exact rules against the running kernel. `-Dberth.histories=100000` runs more.
@ExtendWith(LeakCheck.class)
@RequiresCapability({Capability.SYS_ADMIN, Capability.CHOWN})
final class KernelHistoriesTest {
    private static final int COUNT = Integer.getInteger("berth.histories", 3000);

    @Test
    void everyAnswerIsThePredictedOne() throws Exception {
        SeededRandom random = SeededRandom.create("histories");
        HistoryGenerator generator = new HistoryGenerator(random, true);
        int refused = 0;
        int connections = 0;
        try (HistoryRunner runner = HistoryRunner.open()) {
            for (int i = 0; i < COUNT; i++) {
                History history = generator.next(i % 2 == 0 ? Protocol.TCP : Protocol.UDP);
                List<String> answers = compare(runner, history);
                refused += (int) answers.stream().filter("EADDRINUSE"::equals).count();
                connections += connections(history, answers);
            }
        }
        // A generator that makes nothing of interest would agree with any rules.
        assertThat(refused).isGreaterThan(COUNT);
        assertThat(connections).isGreaterThan(COUNT / 20);
    }

    @Test
    void everyHistoryOfTheCorpusIsPredicted() throws Exception {
        List<History> corpus = KernelCheck.corpus();
        assertThat(corpus).hasSizeGreaterThan(20);
        try (HistoryRunner runner = HistoryRunner.open()) {
            for (History history : corpus) {
                compare(runner, history);
            }
        }
    }

    private static List<String> compare(HistoryRunner runner, History history) throws Exception {
        List<Optional<String>> predicted = HistoryModel.predict(history);
        List<String> answers = runner.run(history);
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < answers.size(); i++) {
            expected.add(predicted.get(i).orElse(answers.get(i)));
        }
        assertThat(answers).as(history.toString()).isEqualTo(expected);
        return answers;
    }

    private static int connections(History history, List<String> answers) {
        int made = 0;
        for (int i = 0; i < answers.size(); i++) {
            if (history.steps().get(i) instanceof Step.Connect) {
                assertThat(answers.get(i)).as(history.toString()).isEqualTo("OK");
                made++;
            }
        }
        return made;
    }
}
