package dev.berth.supervise.lifecycle;

import static dev.berth.supervise.lifecycle.TrafficPlans.applies;
import static dev.berth.supervise.lifecycle.TransitionScript.NEW;
import static dev.berth.supervise.lifecycle.TransitionScript.OLD;
import static dev.berth.supervise.lifecycle.TransitionScript.id;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.RequestResult;
import dev.berth.supervise.contract.SettingsVariants;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.Set;

class RollTest {
    @Test
    void theOnlyWorkerServesUntilItsSuccessorIsReady() {
        TransitionScript script = TransitionScript.running(1);
        long roll = script.rolls();
        assertThat(script.deeds()).containsExactly(new Action.Spawn(id(0, 2), OLD));

        script.readies(0, 2);
        assertThat(script.deeds())
                .containsExactly(
                        new Action.Spawn(id(0, 2), OLD),
                        new Action.Check(id(0, 2)),
                        applies(Set.of(id(0, 2)), Set.of(0)),
                        new Action.Drain(id(0, 1)),
                        new Action.Verify(id(0, 2)));
        assertThat(script.answer(roll)).isEmpty();

        script.forget().retires(0, 1);
        assertThat(script.deeds())
                .containsExactly(
                        new Action.Verify(id(0, 2)),
                        new Action.Terminate(id(0, 1), false),
                        new Action.CloseSockets(id(0, 1)),
                        new Action.Reply(roll, new RequestResult.Rolled(1, List.of(), List.of())));
    }

    @Test
    void slotsAreRolledOneAfterTheOther() {
        TransitionScript script = TransitionScript.running(3);
        long roll = script.rolls();
        for (int slot = 0; slot < 3; slot++) {
            assertThat(script.spawned()).hasSize(slot + 1).last().isEqualTo(id(slot, 2));
            script.readies(slot, 2);
            assertThat(script.served()).hasSize(3);
            assertThat(script.answer(roll)).isEmpty();
            script.retires(slot, 1);
        }
        assertThat(script.answer(roll)).contains(new RequestResult.Rolled(3, List.of(), List.of()));
        assertThat(script.state().operation()).isEmpty();
    }

    @Test
    void anOldWorkerThatStaysBusyIsStoppedWhenTheDrainTimeIsOver() {
        TransitionScript script = TransitionScript.running(1);
        script.rolls();
        script.readies(0, 2).pass(Duration.ofMillis(9_999));
        assertThat(script.phase(0, 1)).isEqualTo(Phase.DRAINING);

        script.pass(Duration.ofMillis(1));
        assertThat(script.phase(0, 1)).isEqualTo(Phase.STOPPING);
        script.pass(30);
        assertThat(script.phase(0, 1)).isEqualTo(Phase.KILLED);
    }

    @Test
    void aNewCommandIsRememberedOnceAllSlotsRunIt() {
        TransitionScript script = TransitionScript.running(2);
        long roll = script.rolls(NEW);
        script.readies(0, 2).retires(0, 1);
        assertThat(script.state().command()).isEqualTo(OLD);

        script.readies(1, 2).retires(1, 1);
        assertThat(script.answer(roll)).map(RequestResult::done).contains(true);
        assertThat(script.state().command()).isEqualTo(NEW);

        script.forget().exits(0, 2);
        assertThat(script.orders()).contains(new Action.Spawn(id(0, 3), NEW));
        script.asks(new Request.Scale(3));
        assertThat(script.orders()).contains(new Action.Spawn(id(2, 1), NEW));
    }

    @Test
    void aVersionThatExitsAtStartLeavesTheOldOneInService() {
        TransitionScript script = TransitionScript.running(2);
        long roll = script.rolls(NEW);

        script.exits(0, 2);

        expectFailure(script, roll, "slot 0.2 (pid 200) ended at start: exit 3");
        assertThat(script.spawned()).as("no second try").containsExactly(id(0, 2));
        assertThat(script.orders()).contains(new Action.CloseSockets(id(0, 2)));
        assertThat(script.slot(0).history()).isEqualTo(script.slot(1).history());
    }

    @Test
    void aVersionThatListensAndThenExitsLeavesTheOldOneInService() {
        TransitionScript script = TransitionScript.running(2);
        long roll = script.rolls(NEW);

        script.listens(0, 2).pass(Duration.ofMillis(500)).exits(0, 2);

        expectFailure(script, roll, "ended right after it listened: exit 3");
    }

    @Test
    void aVersionThatNeverListensLeavesTheOldOneInService() {
        TransitionScript script = TransitionScript.running(2);
        long roll = script.rolls(NEW);

        script.pass(60);

        expectFailure(script, roll, "slot 0.2 (pid 200) did not listen within 60 s");
        assertThat(script.phase(0, 2)).isEqualTo(Phase.STOPPING);
        script.exits(0, 2);
        assertThat(script.spawned()).hasSize(1);
    }

    @Test
    void aVersionThatIsNeverReadyLeavesTheOldOneInService() {
        TransitionScript script = TransitionScript.begun(SettingsVariants.announced(), 2);
        script.listens(0, 1).announces(0, 1).listens(1, 1).announces(1, 1);
        long roll = script.forget().rolls(NEW);

        script.listens(0, 2).pass(60);

        expectFailure(script, roll, "listens, but was not ready within 60 s");
    }

    @Test
    void aVersionThatClosesItsListenerLeavesTheOldOneInService() {
        TransitionScript script = TransitionScript.running(2);
        long roll = script.rolls(NEW);

        script.listens(0, 2).closes(0, 2).pass(1);
        assertThat(script.answer(roll)).as("its end will tell more").isEmpty();
        script.exits(0, 2);

        expectFailure(
                script, roll, "closed its listener again before it was ready, and ended: exit");
    }

    @Test
    void aVersionThatCannotBeSpawnedLeavesTheOldOneInService() {
        TransitionScript script = TransitionScript.running(2);
        long roll = script.rolls(NEW);

        script.tell(new Event.SpawnFailed(id(0, 2), "slot 0.2 cannot be started: no file"));

        expectFailure(script, roll, "slot 0.2 cannot be started: no file");
    }

    private static void expectFailure(TransitionScript script, long roll, String why) {
        assertThat(script.answer(roll)).map(RequestResult::done).contains(false);
        assertThat(script.answer(roll).orElseThrow().text())
                .contains(why)
                .endsWith("the old generation serves on");
        assertThat(script.served()).containsExactlyInAnyOrder(id(0, 1), id(1, 1));
        assertThat(script.orders(Action.Apply.class)).isEmpty();
        assertThat(script.state().command()).isEqualTo(OLD);
        assertThat(script.slot(0).command()).isEqualTo(OLD);
        assertThat(script.state().operation()).isEmpty();
    }

    @Test
    void aNewCommandThatFailsLaterIsRolledBackInReverseOrder() {
        TransitionScript script = TransitionScript.running(3);
        long roll = script.rolls(NEW);
        script.readies(0, 2).retires(0, 1).readies(1, 2).retires(1, 1).forget();

        script.exits(2, 2);
        assertThat(script.said()).contains("ended at start: exit 3; rolling back 2 slots");
        assertThat(script.orders()).contains(new Action.Spawn(id(1, 3), OLD));
        assertThat(script.has(0, 3)).isFalse();

        script.readies(1, 3).retires(1, 2);
        assertThat(script.orders()).contains(new Action.Spawn(id(0, 3), OLD));
        assertThat(script.answer(roll)).isEmpty();

        script.readies(0, 3).retires(0, 2);
        assertThat(script.answer(roll)).map(RequestResult::done).contains(false);
        assertThat(script.answer(roll).orElseThrow().text())
                .contains("slot 2.2 (pid 202) ended at start")
                .endsWith("rolled back");
        assertThat(script.state().command()).isEqualTo(OLD);
        assertThat(script.state().slots()).allMatch(slot -> slot.command().equals(OLD));
        assertThat(script.served()).containsExactlyInAnyOrder(id(0, 3), id(1, 3), id(2, 1));
    }

    @Test
    void withoutANewCommandReplacedSlotsStayAndAreReported() {
        TransitionScript script = TransitionScript.running(3);
        long roll = script.rolls();
        script.readies(0, 2).retires(0, 1).exits(1, 2);

        assertThat(script.answer(roll).orElseThrow().text())
                .contains("slot 1.2 (pid 201) ended at start")
                .contains("partially rolled: slots [0] run the new generation");
        assertThat(script.served()).containsExactlyInAnyOrder(id(0, 2), id(1, 1), id(2, 1));
        assertThat(script.spawned()).hasSize(2);
    }

    @Test
    void aFailedRollbackReportsTheSlotsWithTheNewCommand() {
        TransitionScript script = TransitionScript.running(3);
        long roll = script.rolls(NEW);
        script.readies(0, 2).retires(0, 1).readies(1, 2).retires(1, 1).exits(2, 2);

        script.exits(1, 3);

        assertThat(script.answer(roll).orElseThrow().text())
                .contains("slot 2.2")
                .contains("rolling back failed too: slot 1.3")
                .endsWith("partially rolled: slots [0, 1] run the new command");
        assertThat(script.served()).containsExactlyInAnyOrder(id(0, 2), id(1, 2), id(2, 1));
    }

    @Test
    void ifTheNewWorkerCrashesWhileTheOldOneDrainsTheOldOneReturns() {
        TransitionScript script = TransitionScript.running(1);
        long roll = script.rolls(NEW);
        script.readies(0, 2).pass(2).forget().exits(0, 2);

        assertThat(script.phase(0, 1)).isEqualTo(Phase.READY);
        assertThat(script.served()).containsExactly(id(0, 1));
        assertThat(script.said()).contains("slot 0.1 is back in service, pid 100");
        assertThat(script.answer(roll).orElseThrow().text())
                .contains("slot 0.2 (pid 200) exited unexpectedly")
                .endsWith("the old generation serves on");
        assertThat(script.slot(0).command()).isEqualTo(OLD);
        assertThat(script.spawned()).isEmpty();

        script.drains(0, 1).pass(60);
        assertThat(script.phase(0, 1)).as("its drain is cancelled").isEqualTo(Phase.READY);
    }

    @Test
    void ifTheNewWorkerLosesItsListenerWhileTheOldOneDrainsTheOldOneReturns() {
        TransitionScript script = TransitionScript.running(1);
        long roll = script.rolls(NEW);
        script.readies(0, 2).forget().loses(0, 2);

        assertThat(script.deeds().subList(0, 2))
                .containsExactly(
                        applies(Set.of(id(0, 1)), Set.of(0)), new Action.Terminate(id(0, 2), true));
        assertThat(script.answer(roll)).as("its end will tell more").isEmpty();
        script.exits(0, 2);
        assertThat(script.answer(roll).orElseThrow().text())
                .contains("closed its listener after it was ready, and ended: exit")
                .endsWith("the old generation serves on");
        assertThat(script.phase(0, 1)).isEqualTo(Phase.READY);
    }

    @Test
    void ifTheNewWorkerCrashesAfterTheOldOneGotItsStopTheOldCommandStarts() {
        TransitionScript script = TransitionScript.running(1);
        long roll = script.rolls(NEW);
        script.readies(0, 2).drains(0, 1).forget().exits(0, 2);

        assertThat(script.orders()).contains(new Action.Spawn(id(0, 3), OLD));
        assertThat(script.answer(roll).orElseThrow().text())
                .contains("slot 0.2 (pid 200) exited unexpectedly")
                .endsWith("slot 0 has no worker in service; it will be restarted as before");
        assertThat(script.state().operation()).isEmpty();
    }

    @Test
    void aRollStopsIfAReplacedSlotDoesNotStayReady() {
        TransitionScript script = TransitionScript.running(3);
        long roll = script.rolls();
        script.readies(0, 2).retires(0, 1).listens(1, 2).exits(0, 2);

        assertThat(script.answer(roll).orElseThrow().text())
                .contains("slot 0.2 (pid 200) exited unexpectedly")
                .contains("partially rolled: slots [0] run the new generation");
        assertThat(script.phase(1, 2)).as("its successor").isEqualTo(Phase.STOPPING);
        assertThat(script.phase(1, 1)).isEqualTo(Phase.READY);
        assertThat(script.has(0, 3)).isTrue();
    }

    @Test
    void aNewCommandThatDoesNotStayReadyIsRolledBack() {
        TransitionScript script = TransitionScript.running(3);
        long roll = script.rolls(NEW);
        script.readies(0, 2).retires(0, 1).readies(1, 2).forget().exits(0, 2);
        assertThat(script.said())
                .as("the old worker of slot 1 is still there")
                .contains("slot 1.1 is back in service")
                .contains("rolling back 1 slot");
        assertThat(script.orders()).contains(new Action.MoveQueue(id(1, 2)));

        script.exits(1, 2).readies(0, 3);

        assertThat(script.answer(roll).orElseThrow().text()).endsWith("rolled back");
        assertThat(script.state().slots()).allMatch(slot -> slot.command().equals(OLD));
        assertThat(script.served()).containsExactlyInAnyOrder(id(0, 3), id(1, 1), id(2, 1));
    }

    @Test
    void theNextSlotWaitsWhileAReplacedSlotHasLostItsListener() {
        TransitionScript script = TransitionScript.running(2);
        script.rolls();
        script.readies(0, 2).drains(0, 1).loses(0, 2).exits(0, 1);
        assertThat(script.has(1, 2)).isFalse();

        script.readies(0, 2);
        assertThat(script.has(1, 2)).isTrue();
    }

    @Test
    void theSlotAfterTheNextWaitsForAllReplacedSlots() {
        TransitionScript script = TransitionScript.running(3);
        long roll = script.rolls();
        script.readies(0, 2).retires(0, 1).loses(0, 2).readies(1, 2).retires(1, 1);
        assertThat(script.has(2, 2)).isFalse();

        script.readies(0, 2).readies(2, 2).retires(2, 1);
        assertThat(script.answer(roll)).contains(new RequestResult.Rolled(3, List.of(), List.of()));
    }

    @Test
    void aReplacedSlotThatDoesNotListenAgainFailsTheRoll() {
        TransitionScript script = TransitionScript.running(3);
        long roll = script.rolls();
        script.readies(0, 2).retires(0, 1).loses(0, 2).readies(1, 2).retires(1, 1).pass(60);

        assertThat(script.answer(roll).orElseThrow().text())
                .contains("slot 0.2 (pid 200) did not listen within 60 s")
                .contains("partially rolled: slots [0, 1] run the new generation");
        assertThat(script.has(2, 2)).isFalse();
    }

    @Test
    void ifTheIncumbentCrashesItsSuccessorContinues() {
        TransitionScript script = TransitionScript.running(1);
        long roll = script.rolls(NEW);
        script.forget().exits(0, 1);

        assertThat(script.spawned()).isEmpty();
        assertThat(script.orders()).contains(new Action.KeepQueue(id(0, 1)));
        assertThat(script.answer(roll)).isEmpty();

        script.readies(0, 2);
        assertThat(script.answer(roll)).contains(new RequestResult.Rolled(1, List.of(), List.of()));
        assertThat(script.state().command()).isEqualTo(NEW);
    }

    @Test
    void ifTheIncumbentCrashesAndItsSuccessorFailsTheOldCommandStarts() {
        TransitionScript script = TransitionScript.running(1);
        long roll = script.rolls(NEW);
        script.exits(0, 1).exits(0, 2);

        assertThat(script.answer(roll).orElseThrow().text())
                .endsWith("slot 0 has no worker in service; it will be restarted as before");
        assertThat(script.slot(0).history().waiting()).as("back-off").isTrue();
        script.pass(1);
        assertThat(script.orders()).contains(new Action.Spawn(id(0, 3), OLD));
    }

    @Test
    void anIncumbentThatLosesItsListenerMakesRoomForItsSuccessor() {
        TransitionScript script = TransitionScript.running(1);
        long roll = script.rolls();
        script.loses(0, 1);
        assertThat(script.phase(0, 1)).isEqualTo(Phase.DRAINING);

        script.listens(0, 1).pass(1);
        assertThat(script.phase(0, 1)).isEqualTo(Phase.DRAINING);

        script.readies(0, 2).retires(0, 1);
        assertThat(script.answer(roll)).map(RequestResult::done).contains(true);
        assertThat(script.served()).containsExactly(id(0, 2));
    }

    @Test
    void anotherSlotThatCrashesMeanwhileIsRespawnedAsUsual() {
        TransitionScript script = TransitionScript.running(2);
        long roll = script.rolls(NEW);
        script.forget().exits(1, 1);

        assertThat(script.orders()).contains(new Action.Spawn(id(1, 2), OLD));
        assertThat(script.answer(roll)).isEmpty();
        script.readies(1, 2).readies(0, 2).retires(0, 1).readies(1, 3).retires(1, 2);
        assertThat(script.answer(roll)).map(RequestResult::done).contains(true);
    }

    @Test
    void aRollTakesASlotOutOfItsCrashLoop() {
        TransitionScript script =
                TransitionScript.running(2).exits(0, 1).exits(0, 2).pass(1).exits(0, 3);
        assertThat(script.slot(0).history().waiting()).isTrue();

        long roll = script.rolls(NEW);
        assertThat(script.slot(0).history().waiting()).isFalse();
        assertThat(script.orders()).contains(new Action.Spawn(id(0, 4), NEW));

        script.readies(0, 4).pass(9);
        assertThat(script.has(1, 2)).as("it must live for a while").isFalse();
        script.pass(1).readies(1, 2).retires(1, 1);
        assertThat(script.answer(roll)).map(RequestResult::done).contains(true);
    }

    @Test
    void afterAFailedRollAnEmptySlotBacksOff() {
        TransitionScript script =
                TransitionScript.running(2).exits(0, 1).exits(0, 2).pass(1).exits(0, 3);
        long roll = script.rolls();

        script.exits(0, 4);

        assertThat(script.answer(roll)).map(RequestResult::done).contains(false);
        assertThat(script.slot(0).history().failures()).isEqualTo(4);
        assertThat(script.slot(0).history().waiting()).isTrue();
    }

    @Test
    void aSecondVerbIsRefusedAndTheFirstIsNamed() {
        TransitionScript script = TransitionScript.running(2);
        long roll = script.rolls();

        assertThat(script.answer(script.asks(new Request.Scale(4))).orElseThrow().text())
                .startsWith("a roll is in progress");
        assertThat(script.answer(script.rolls())).map(RequestResult::done).contains(false);
        assertThat(script.answer(script.asks(new Request.Drain(0)))).isPresent();
        assertThat(script.answer(script.asks(new Request.Undrain(0)))).isPresent();
        assertThat(script.answer(roll)).isEmpty();
        assertThat(script.state().slots()).hasSize(2);
    }

    @Test
    void aDrainedSlotIsRolledAndStaysDrained() {
        TransitionScript script = TransitionScript.running(2);
        script.asks(new Request.Drain(0));
        script.drains(0, 1);
        long roll = script.rolls();

        script.readies(0, 2).retires(0, 1).readies(1, 2).retires(1, 1);

        assertThat(script.answer(roll)).map(RequestResult::done).contains(true);
        assertThat(script.served()).containsExactly(id(1, 2));
    }
}
