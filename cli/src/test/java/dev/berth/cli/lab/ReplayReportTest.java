package dev.berth.cli.lab;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.berth.cli.command.Terminal;
import dev.berth.inspect.History;
import dev.berth.inspect.HistoryStep;
import dev.berth.lab.ReplayAnswer;
import dev.berth.lab.ReplayAnswer.StepAnswer;
import dev.berth.net.Protocol;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

final class ReplayReportTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final Terminal terminal =
            new Terminal(
                    new PrintStream(out, true, UTF_8),
                    new PrintStream(out, true, UTF_8),
                    OptionalInt::empty,
                    Map.of());
    private final ReplayReport report = new ReplayReport(terminal, false, true);

    private static ReplayOutcome answer(String predicted, String kernel) {
        HistoryStep step = new HistoryStep.Listen("a");
        var history = new History("h", Protocol.TCP, List.of(step));
        var answer = new StepAnswer(step, Optional.of(predicted), Optional.of(kernel));
        return new ReplayOutcome.Answered(
                "line 1", new ReplayAnswer(history, List.of(answer), Optional.empty()), "");
    }

    @Test
    void wrongPredictionIsShownByItsStepAndFails() {
        report.show(answer("OK", "OK"));
        assertThat(report.code()).isZero();
        report.show(answer("OK", "EADDRINUSE"));
        report.summary();
        assertThat(out.toString(UTF_8))
                .isEqualTo(
                        """
                        equal    h  listen a OK
                        differs  h
                               > listen a: EADDRINUSE, predicted OK
                        2 histories: 1 as predicted, 1 not as predicted
                        """);
        assertThat(report.code()).isEqualTo(1);
    }

    @Test
    void historiesThatCannotBeRunFailAndBadLinesAreUsageErrors() {
        var history = new History("h", Protocol.TCP, List.of());
        var refused = new ReplayAnswer(history, List.of(), Optional.of("no uid 7"));
        report.show(new ReplayOutcome.Answered("line 3", refused, ""));
        assertThat(out.toString(UTF_8)).contains("berth lab replay: line 3: no uid 7");
        assertThat(report.code()).isEqualTo(1);
        report.show(new ReplayOutcome.Bad("line 4", Optional.empty(), "no JSON"));
        assertThat(report.code()).isEqualTo(2);
    }

    @Test
    void noTerminalSequencesArePrinted() {
        var history = new History("h\033[31m", Protocol.TCP, List.of());
        var answer = new ReplayAnswer(history, List.of(), Optional.empty());
        report.show(new ReplayOutcome.Answered("line 1", answer, ""));
        report.show(new ReplayOutcome.Bad("line 2", Optional.empty(), "no \033[31m"));
        assertThat(out.toString(UTF_8))
                .contains("equal    h?[31m", "line 2: no ?[31m")
                .doesNotContain("\033");
    }

    @Test
    void withoutHistoriesTheCountIsZero() {
        report.summary();
        assertThat(out.toString(UTF_8)).isEqualTo("0 histories\n");
    }
}
