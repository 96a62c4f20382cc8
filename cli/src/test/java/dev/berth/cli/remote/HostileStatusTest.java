package dev.berth.cli.remote;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.cli.HostileText;
import dev.berth.supervise.contract.Command;
import dev.berth.supervise.contract.Status;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/// A status in which every text comes from a malicious program.
final class HostileStatusTest {
    static List<String> samples() {
        return HostileText.samples();
    }

    private static Status status(String text) {
        return new Status(
                "web",
                4711,
                text,
                OptionalLong.empty(),
                false,
                "seccomp",
                new Command(List.of("/usr/bin/server", text)),
                List.of("tcp://0.0.0.0:8080"),
                Optional.of(text),
                List.of(
                        new Status.ForeignSocket(
                                "tcp://0.0.0.0:8080", OptionalInt.of(9), text, 7, text)),
                List.of(
                        new Status.SlotStatus(
                                0,
                                "backoff",
                                OptionalInt.empty(),
                                1,
                                1,
                                Instant.EPOCH,
                                "ended; its last output:\n" + text.lines().findFirst().orElse(""),
                                false,
                                List.of(),
                                List.of())),
                List.of());
    }

    @ParameterizedTest
    @MethodSource("samples")
    void theTableIsHarmless(String text) {
        for (OptionalInt columns : List.of(OptionalInt.empty(), OptionalInt.of(80))) {
            StatusTable table = new StatusTable(columns, true, Statuses.NOW);
            HostileText.assertHarmless(String.join("\n", table.lines(status(text))));
        }
    }

    @ParameterizedTest
    @MethodSource("samples")
    void theJsonIsValidAndKeepsTheText(String text) {
        String printed = StatusJson.of(status(text));

        assertThat(HostileText.assertJson(printed).get("steer").asString()).isEqualTo(text);
    }

    @ParameterizedTest
    @MethodSource("samples")
    void theRowOfTheOverviewIsHarmless(String text) {
        var summary = StatusOverview.Summary.parse(StatusJson.of(status(text)));

        assertThat(summary.operation()).isEqualTo(text);
        HostileText.assertHarmless(
                String.join("\n", StatusOverview.table(List.of(summary)).lines(80, true)));
    }
}
