package dev.berth.supervise.contract;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The text of every result.
class ResultMessagesTest {
    private static final WorkerFailure LATE =
            new WorkerFailure.Unusable(new WorkerId(0, 2), 200, "is late");

    private static final WorkerFailure GONE =
            new WorkerFailure.ExitedByItself(new WorkerId(1, 3), 201);

    private static final String LATE_TEXT = "slot 0.2 (pid 200) is late\n";

    static Stream<Arguments> results() {
        return Stream.of(
                text(new RequestResult.Rolled(1, List.of(), List.of()), "rolled 1 slot"),
                text(
                        new RequestResult.Rolled(2, List.of(), List.of(0, 1)),
                        "rolled 2 slots\n"
                                + "partially rolled: slots [0, 1] run the new command, the others"
                                + " do not"),
                text(new RequestResult.Scaled(2, 5), "scaled from 2 to 5"),
                text(
                        new RequestResult.Drained(0, RequestResult.DrainedState.ALREADY),
                        "slot 0 is already drained"),
                text(
                        new RequestResult.Drained(0, RequestResult.DrainedState.QUIET),
                        "slot 0 is drained: none of its connections is busy"),
                text(
                        new RequestResult.Drained(0, RequestResult.DrainedState.OPEN),
                        "slot 0 gets no new connections; some are still open"),
                text(new RequestResult.Undrained(1, true), "slot 1 is in service"),
                text(
                        new RequestResult.Undrained(1, false),
                        "slot 1 will be in service once its worker is ready"),
                text(
                        new RequestResult.Steered(new Policy.Source()),
                        "steered by source from now on"),
                text(
                        new RequestResult.Shed(true),
                        "new connections are refused; open ones continue"),
                text(new RequestResult.Shed(false), "new connections are accepted again"),
                text(new RequestResult.Stopped(), "stopped"),
                text(
                        new RequestResult.TooManyWorkers(257, 256),
                        "at most 256 workers: requested 257"),
                text(
                        new RequestResult.NoneLeft(1),
                        "no worker would be left in service: no slot below 1 is in service; see"
                                + " berth status"),
                text(new RequestResult.NoSuchSlot(5, 2), "no slot 5: there are slots 0 to 1"),
                text(new RequestResult.NoReadyWorker(1), "slot 1 has no ready worker"),
                text(
                        new RequestResult.OnlySlot(0),
                        "slot 0 is the only slot in service; draining it would leave no worker:"
                                + " scale up first, or stop"),
                text(
                        new RequestResult.Busy("roll"),
                        "a roll is in progress; try again when it is over (berth status shows"
                                + " it)"),
                text(
                        new RequestResult.Interrupted(),
                        "the supervisor was stopped before this was finished"),
                text(new RequestResult.Killed(), "stop was requested again: killed what was left"),
                text(new RequestResult.Stopping("web"), "web is stopping"),
                text(new RequestResult.Impossible("no memory"), "no memory"),
                text(new RequestResult.ScaleUndone(LATE, 2), LATE_TEXT + "stays at 2 workers"),
                text(
                        new RequestResult.DrainLost(LATE, 0),
                        LATE_TEXT + "slot 0 stays drained until you undrain it"),
                text(new RequestResult.RolledBack(LATE), LATE_TEXT + "rolled back"),
                text(
                        new RequestResult.RollbackFailed(LATE, GONE, List.of(0)),
                        LATE_TEXT
                                + "rolling back failed too: slot 1.3 (pid 201) exited by itself"
                                + " (exit 0)\n"
                                + "partially rolled: slots [0] run the new command"),
                text(
                        new RequestResult.RollbackFailed(LATE, GONE, List.of()),
                        LATE_TEXT
                                + "rolling back failed too: slot 1.3 (pid 201) exited by itself"
                                + " (exit 0)"),
                text(
                        new RequestResult.RollFailed(LATE, 0, true, List.of(), List.of(0)),
                        LATE_TEXT + "the old generation serves on"),
                text(
                        new RequestResult.RollFailed(LATE, 0, false, List.of(), List.of()),
                        LATE_TEXT
                                + "slot 0 has no worker in service; it will be restarted as"
                                + " before"),
                text(
                        new RequestResult.RollFailed(LATE, 1, true, List.of(0), List.of(1)),
                        LATE_TEXT
                                + "partially rolled: slots [0] run the new generation, slots [1]"
                                + " still run the old one"),
                text(
                        new RequestResult.RollFailed(LATE, 1, false, List.of(0), List.of()),
                        LATE_TEXT
                                + "slot 1 has no worker in service; it will be restarted\n"
                                + "partially rolled: slots [0] run the new generation, no slot"
                                + " runs the old generation any more"),
                text(
                        new RequestResult.Several(
                                List.of(
                                        new RequestResult.Stopped(),
                                        new RequestResult.Stopped(),
                                        new RequestResult.Killed())),
                        "stopped; stop was requested again: killed what was left"));
    }

    private static Arguments text(RequestResult result, String text) {
        return Arguments.of(result, text);
    }

    /// Programs depend on them.
    @Test
    void theCodesStay() {
        Set<String> codes =
                results()
                        .map(arguments -> ((RequestResult) arguments.get()[0]).code())
                        .collect(Collectors.toCollection(TreeSet::new));
        assertThat(String.join(" ", codes))
                .isEqualTo(
                        "busy drain_lost drained impossible interrupted killed no_ready_worker"
                                + " no_such_slot none_left only_slot roll_failed rollback_failed"
                                + " rolled rolled_back scale_undone scaled several shed steered"
                                + " stopped stopping too_many_workers undrained");
    }

    @ParameterizedTest
    @MethodSource("results")
    void everyResultHasAText(RequestResult result, String text) {
        assertThat(result.text()).isEqualTo(text);
    }
}
