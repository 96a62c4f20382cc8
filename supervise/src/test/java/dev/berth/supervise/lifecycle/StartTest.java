package dev.berth.supervise.lifecycle;

import static dev.berth.supervise.lifecycle.TrafficPlans.applies;
import static dev.berth.supervise.lifecycle.TransitionScript.id;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.RequestResult;
import dev.berth.supervise.contract.Settings;
import dev.berth.supervise.contract.SettingsVariants;
import dev.berth.sys.ExitStatus;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;

class StartTest {
    @Test
    void atMostTwoWorkersStartAtOnce() {
        TransitionScript script = TransitionScript.begun(Settings.defaults(), 4);

        assertThat(script.spawned()).containsExactly(id(0, 1), id(1, 1));
        assertThat(script.state().operation()).map(Operation::verb).contains("start");

        script.readies(0, 1);
        assertThat(script.spawned()).containsExactly(id(0, 1), id(1, 1), id(2, 1));

        script.readies(1, 1).readies(2, 1).readies(3, 1);
        assertThat(script.spawned()).hasSize(4);
        assertThat(script.state().operation()).isEmpty();
        assertThat(script.served()).hasSize(4);
    }

    @Test
    void aStaggerIsAPauseBetweenStarts() {
        TransitionScript script =
                TransitionScript.begun(SettingsVariants.staggered(Duration.ofSeconds(3)), 3);
        assertThat(script.spawned()).containsExactly(id(0, 1));

        script.readies(0, 1).pass(Duration.ofMillis(1_999));
        assertThat(script.spawned()).hasSize(1);

        script.pass(Duration.ofMillis(1));
        assertThat(script.spawned()).containsExactly(id(0, 1), id(1, 1));

        script.pass(Duration.ofSeconds(3));
        assertThat(script.spawned()).containsExactly(id(0, 1), id(1, 1), id(2, 1));
        assertThat(script.state().nextDeadline()).isGreaterThan(script.now());
    }

    @Test
    void aListenerThatLastsForTheSettlingTimeIsReady() {
        TransitionScript script =
                TransitionScript.begun(Settings.defaults(), 1).pass(5).listens(0, 1);
        assertThat(script.phase(0, 1)).isEqualTo(Phase.SETTLING);

        script.pass(Duration.ofMillis(999));
        assertThat(script.phase(0, 1)).isEqualTo(Phase.SETTLING);
        assertThat(script.served()).isEmpty();

        script.pass(Duration.ofMillis(1));
        assertThat(script.phase(0, 1)).isEqualTo(Phase.READY);
        assertThat(script.orders())
                .containsSubsequence(
                        new Action.Check(id(0, 1)), applies(Set.of(id(0, 1)), Set.of(0)));
        assertThat(script.said()).contains("slot 0.1 is ready, pid 100");
    }

    @Test
    void anotherListenerRestartsTheSettlingTime() {
        TransitionScript script = TransitionScript.begun(Settings.defaults(), 1).listens(0, 1);

        script.pass(Duration.ofMillis(600)).listens(0, 1).pass(Duration.ofMillis(600));
        assertThat(script.phase(0, 1)).isEqualTo(Phase.SETTLING);

        script.pass(Duration.ofMillis(400));
        assertThat(script.phase(0, 1)).isEqualTo(Phase.READY);
    }

    @Test
    void aWorkerThatAnnouncesItselfNeedNotSettle() {
        TransitionScript before = TransitionScript.begun(Settings.defaults(), 1).announces(0, 1);
        assertThat(before.phase(0, 1)).isEqualTo(Phase.STARTING);
        assertThat(before.listens(0, 1).phase(0, 1)).isEqualTo(Phase.READY);

        TransitionScript after =
                TransitionScript.begun(Settings.defaults(), 1).listens(0, 1).announces(0, 1);
        assertThat(after.phase(0, 1)).isEqualTo(Phase.READY);
    }

    @Test
    void ifAnnouncementIsRequiredListeningIsNotEnough() {
        TransitionScript script =
                TransitionScript.begun(SettingsVariants.announced(), 1).listens(0, 1).pass(59);
        assertThat(script.phase(0, 1)).isEqualTo(Phase.SETTLING);

        script.announces(0, 1);
        assertThat(script.phase(0, 1)).isEqualTo(Phase.READY);
    }

    @Test
    void ifAnnouncementIsRequiredItMustComeWithinTheStartTimeout() {
        TransitionScript script =
                TransitionScript.begun(SettingsVariants.announced(), 1).listens(0, 1).pass(60);

        assertThat(script.phase(0, 1)).isEqualTo(Phase.STOPPING);
        assertThat(script.said())
                .contains("slot 0.1 (pid 100) listens, but was not ready within 60 s");
    }

    @Test
    void aWorkerThatListensJustBeforeTheTimeoutIsCheckedAtTheTimeout() {
        TransitionScript script =
                TransitionScript.begun(Settings.defaults(), 1).pass(Duration.ofMillis(59_500));

        script.listens(0, 1).pass(Duration.ofMillis(500));

        assertThat(script.phase(0, 1)).isEqualTo(Phase.READY);
    }

    @Test
    void anUnansweredCheckEndsTheTryAfterTheTimeout() {
        State state =
                State.initial(Settings.defaults(), TransitionScript.OLD, 1, new Policy.Hash(), 0);
        state = Transition.apply(state, new Event.Begin(), 0).state();
        state = Transition.apply(state, new Event.Listening(id(0, 1)), 0).state();

        int ticks = 0;
        while (state.worker(id(0, 1)).orElseThrow().phase() == Phase.SETTLING) {
            assertThat(++ticks).as("ticks without progress").isLessThan(10);
            long due = state.nextDeadline();
            state = Transition.apply(state, new Event.Tick(), due).state();
            assertThat(state.nextDeadline()).isGreaterThan(due);
        }

        assertThat(state.worker(id(0, 1)).orElseThrow().phase()).isEqualTo(Phase.STOPPING);
    }

    @Test
    void theWholeStartFailsIfNoWorkerWasEverReady() {
        TransitionScript script = TransitionScript.begun(Settings.defaults(), 3).exits(0, 1);

        assertThat(script.orders(Action.Terminate.class))
                .containsExactly(new Action.Terminate(id(1, 1), false));
        assertThat(script.said()).contains("slot 0.1 (pid 100) ended at start: exit 3");
        assertThat(script.orders(Action.Quit.class)).isEmpty();

        script.exits(1, 1);
        assertThat(script.orders().getLast()).isEqualTo(new Action.Quit(1));
        assertThat(script.spawned()).hasSize(2);
    }

    @Test
    void twoLateWorkersAreEachToldToStopOnce() {
        TransitionScript script = TransitionScript.begun(Settings.defaults(), 2).pass(60);

        assertThat(script.orders(Action.Terminate.class))
                .containsExactlyInAnyOrder(
                        new Action.Terminate(id(0, 1), false),
                        new Action.Terminate(id(1, 1), false));
        assertThat(script.said()).containsOnlyOnce("did not listen within 60 s");
        assertThat(script.orders(Action.Kill.class)).isEmpty();
    }

    @Test
    void aCommandThatCannotBeStartedEndsTheSupervisor() {
        TransitionScript script = TransitionScript.begun(Settings.defaults(), 1);

        script.tell(new Event.SpawnFailed(id(0, 1), "slot 0.1 cannot be started: not found"));

        assertThat(script.deeds())
                .containsSubsequence(new Action.KeepQueue(id(0, 1)), new Action.Quit(1));
        assertThat(script.said()).isEqualTo("slot 0.1 cannot be started: not found");
    }

    @Test
    void onceAWorkerWasReadyAFailedStartIsRetried() {
        TransitionScript script =
                TransitionScript.begun(Settings.defaults(), 2).readies(0, 1).exits(1, 1);

        assertThat(script.has(1, 2)).isTrue();
        assertThat(script.said()).contains("ended at start: exit 3; starting again");
        assertThat(script.state().operation()).as("every slot was tried").isEmpty();

        script.exits(1, 2);
        assertThat(script.has(1, 3)).isFalse();
        assertThat(script.said()).contains("; next try in 0.2 s");
        assertThat(script.orders(Action.Quit.class)).isEmpty();
    }

    @Test
    void theStartEndsOnlyOnceEverySlotWasTried() {
        TransitionScript script = TransitionScript.begun(Settings.defaults(), 3).readies(0, 1);
        assertThat(script.state().operation()).isPresent();

        script.exits(1, 1).readies(2, 1);
        assertThat(script.state().operation()).isEmpty();
    }

    @Test
    void aProgramThatGoesToTheBackgroundGetsAdvice() {
        TransitionScript script = TransitionScript.begun(Settings.defaults(), 1).listens(0, 1);

        script.exits(0, 1, ExitStatus.exited(0), 2);

        assertThat(script.said())
                .contains("slot 0.1 (pid 100) went into the background")
                .contains("nginx: -g 'daemon off;'");
    }

    @Test
    void aListenerThatIsClosedWhileSettlingFailsTheStart() {
        TransitionScript script =
                TransitionScript.begun(Settings.defaults(), 1).listens(0, 1).closes(0, 1).pass(1);

        assertThat(script.phase(0, 1)).isEqualTo(Phase.STOPPING);
        assertThat(script.said())
                .contains("slot 0.1 (pid 100) closed its listener again before it was ready");
    }

    @Test
    void otherVerbsWaitForTheFirstStart() {
        TransitionScript script = TransitionScript.begun(Settings.defaults(), 2).readies(0, 1);

        long roll = script.asks(new Request.Roll(Optional.empty()));

        assertThat(script.answer(roll)).map(RequestResult::done).contains(false);
        assertThat(script.answer(roll).orElseThrow().text()).contains("a start is in progress");
    }

    @Test
    void anUnmodifiedProgramIsRefusedWithTheAlternative() {
        TransitionScript script = TransitionScript.begun(taking(), 1).pass(Duration.ofSeconds(61));
        assertThat(script.orders().toString())
                .contains("dev.berth.worker")
                .contains("in-kernel policies");
    }

    @Test
    void aWorkerThatLeavesTheDispatcherIsReplacedAtOnceAndDrains() {
        TransitionScript script = TransitionScript.running(taking(), 2).loses(0, 1);

        assertThat(script.phase(0, 1)).isEqualTo(Phase.DRAINING);
        assertThat(script.phase(0, 2)).isEqualTo(Phase.STARTING);
        assertThat(script.slot(0).history().restarts()).isOne();

        script.loses(0, 2);

        assertThat(script.phase(0, 2)).isEqualTo(Phase.STOPPING);
        assertThat(script.phase(0, 1)).isEqualTo(Phase.DRAINING);
        assertThat(script.said()).contains("closed its listener");
    }

    private static Settings taking() {
        return SettingsVariants.withReady(Settings.defaults(), Settings.Ready.READY_PROTOCOL);
    }

    @Test
    void aBadCommandLineInALaterSlotEndsTheWholeStart() {
        TransitionScript script = TransitionScript.begun(Settings.defaults(), 3).readies(0, 1);

        script.tell(
                new Event.Exited(
                        id(1, 1),
                        ExitStatus.exited(2),
                        0,
                        "error: unrecognized argument: --x1",
                        false));

        assertThat(script.said()).contains("slot 1.1 (pid 101) ended at start: exit 2");
        assertThat(script.state().stopping()).isTrue();
        assertThat(script.spawned()).contains(id(2, 1)).doesNotContain(id(1, 2));
    }
}
