package dev.berth.supervise.lifecycle;

import static dev.berth.supervise.lifecycle.TransitionScript.NEW;
import static dev.berth.supervise.lifecycle.TransitionScript.OLD;
import static dev.berth.supervise.lifecycle.TransitionScript.id;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.supervise.contract.Command;
import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.RequestResult;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// Rolls of one slot, and with other variables.
class PartialRollTest {
    private static Request roll(
            Optional<Command> command, Map<String, String> variables, OptionalInt slot) {
        return new Request.Roll(command, variables, slot, false);
    }

    private static Request slot(int index, Command command) {
        return roll(Optional.of(command), Map.of(), OptionalInt.of(index));
    }

    @Test
    void oneSlotIsReplacedAndNoOther() {
        TransitionScript script = TransitionScript.running(3);
        long roll = script.asks(roll(Optional.empty(), Map.of(), OptionalInt.of(1)));

        script.readies(1, 2).retires(1, 1);

        assertThat(script.answer(roll)).contains(new RequestResult.Rolled(1, List.of(), List.of()));
        assertThat(script.spawned()).containsExactly(id(1, 2));
    }

    @Test
    void aNewCommandInOneSlotIsReportedAsMixed() {
        TransitionScript script = TransitionScript.running(3);
        long roll = script.asks(slot(2, NEW));

        script.readies(2, 2).retires(2, 1);

        assertThat(script.answer(roll))
                .contains(new RequestResult.Rolled(1, List.of(), List.of(2)));
        assertThat(script.state().command()).isEqualTo(OLD);
        script.forget().exits(2, 2);
        assertThat(script.orders()).contains(new Action.Spawn(id(2, 3), NEW));
    }

    @Test
    void onceTheLastSlotRunsItTooItIsTheCommand() {
        TransitionScript script = TransitionScript.running(2);
        script.asks(slot(0, NEW));
        script.readies(0, 2).retires(0, 1);

        long roll = script.asks(slot(1, NEW));
        script.readies(1, 2).retires(1, 1);

        assertThat(script.answer(roll)).contains(new RequestResult.Rolled(1, List.of(), List.of()));
        assertThat(script.state().command()).isEqualTo(NEW);
    }

    @Test
    void aMissingSlotIsReported() {
        TransitionScript script = TransitionScript.running(2);

        long roll = script.asks(roll(Optional.empty(), Map.of(), OptionalInt.of(5)));

        assertThat(script.answer(roll)).contains(new RequestResult.NoSuchSlot(5, 2));
        assertThat(script.spawned()).isEmpty();
    }

    @Test
    void variablesAreRememberedOnceAllSlotsHaveThem() {
        TransitionScript script = TransitionScript.running(1);
        long roll =
                script.asks(
                        roll(Optional.empty(), Map.of("A", "1", "B", "2"), OptionalInt.empty()));
        Command first = new Command(OLD.words(), Map.of("A", "1", "B", "2"));
        assertThat(script.orders()).contains(new Action.Spawn(id(0, 2), first));
        assertThat(script.state().command()).isEqualTo(OLD);

        script.readies(0, 2).retires(0, 1);
        assertThat(script.answer(roll)).map(RequestResult::done).contains(true);
        assertThat(script.state().command()).isEqualTo(first);

        script.asks(roll(Optional.of(NEW), Map.of("B", "3"), OptionalInt.empty()));
        assertThat(script.orders())
                .contains(
                        new Action.Spawn(
                                id(0, 3), new Command(NEW.words(), Map.of("A", "1", "B", "3"))));
    }

    @Test
    void variablesOfAFailedRollAreForgotten() {
        TransitionScript script = TransitionScript.running(2);
        long roll = script.asks(roll(Optional.empty(), Map.of("A", "1"), OptionalInt.empty()));
        script.readies(0, 2).retires(0, 1).exits(1, 2);
        assertThat(script.orders()).contains(new Action.Spawn(id(0, 3), OLD));

        script.readies(0, 3).retires(0, 2);

        assertThat(script.answer(roll).orElseThrow().text()).endsWith("rolled back");
        assertThat(script.state().slots()).allMatch(slot -> slot.command().equals(OLD));
    }

    @Test
    void slotsReplacedByAFailedRollAreRememberedUntilAFullRoll() {
        TransitionScript script = TransitionScript.running(2);
        script.rolls();
        script.readies(0, 2).retires(0, 1).exits(1, 2);
        assertThat(script.state().replaced()).isEqualTo(List.of(0));

        script.rolls();
        script.readies(0, 3).retires(0, 2).readies(1, 3).retires(1, 1);
        assertThat(script.state().replaced()).isEmpty();
    }

    @Test
    void theRemainingSlotsOfAFailedRollCanFollowOneByOne() {
        TransitionScript script = TransitionScript.running(2);
        script.rolls();
        script.readies(0, 2).retires(0, 1).exits(1, 2);

        script.asks(roll(Optional.empty(), Map.of(), OptionalInt.of(1)));
        script.readies(1, 3).retires(1, 1);

        assertThat(script.state().replaced()).isEmpty();
    }
}
