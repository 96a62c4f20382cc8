package dev.berth.supervise.lifecycle;

import static dev.berth.supervise.lifecycle.TransitionScript.NEW;
import static dev.berth.supervise.lifecycle.TransitionScript.OLD;
import static dev.berth.supervise.lifecycle.TransitionScript.id;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.RequestResult;
import dev.berth.supervise.contract.Settings;
import dev.berth.supervise.contract.SettingsVariants;
import dev.berth.sys.ExitStatus;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;

/// A new worker must show that it accepts connections before its predecessor goes and the next slot
/// is rolled.
class VerificationTest {
    @Test
    void thePredecessorIsKeptUntilTheNewWorkerHasAccepted() {
        TransitionScript script = TransitionScript.running(2).proves(VerificationResult.UNANSWERED);
        long roll = script.rolls(NEW);
        script.readies(0, 2).drains(0, 1).pass(4);
        assertThat(script.phase(0, 1)).as("kept, though it is idle").isEqualTo(Phase.DRAINING);
        assertThat(script.has(1, 2)).as("no other slot is touched").isFalse();

        script.sees(0, 2, VerificationResult.ACCEPTED);
        assertThat(script.phase(0, 1)).isEqualTo(Phase.STOPPING);
        script.exits(0, 1);
        assertThat(script.has(1, 2)).isTrue();

        script.readies(1, 2).retires(1, 1);
        assertThat(script.answer(roll)).contains(new RequestResult.Rolled(2, List.of(), List.of()));
    }

    @Test
    void thePredecessorIsKeptBeyondItsDrainTime() {
        TransitionScript script =
                TransitionScript.running(SettingsVariants.proving(Duration.ofSeconds(30)), 1);
        script.proves(VerificationResult.UNANSWERED).rolls(NEW);

        script.readies(0, 2).pass(20);

        assertThat(script.phase(0, 1)).isEqualTo(Phase.DRAINING);
    }

    @Test
    void aVersionThatAcceptsNothingIsReplacedByItsPredecessor() {
        TransitionScript script = TransitionScript.running(2).proves(VerificationResult.UNANSWERED);
        long roll = script.rolls(NEW);
        script.readies(0, 2).drains(0, 1).forget().pass(5);

        assertThat(script.answer(roll).orElseThrow())
                .isInstanceOf(RequestResult.RollFailed.class)
                .extracting(RequestResult::text)
                .isEqualTo(
                        "slot 0.2 (pid 200) accepts no connection: 4 connections wait on"
                                + " tcp://[::]:80, for 5 s (if it only needs longer to load, raise"
                                + " --prove of berth run)\n"
                                + "the old generation serves on");
        assertThat(script.served()).containsExactlyInAnyOrder(id(0, 1), id(1, 1));
        assertThat(script.orders())
                .as("its queue moves at once")
                .contains(new Action.MoveQueue(id(0, 2)));
        assertThat(script.phase(0, 2)).isEqualTo(Phase.STOPPING);
        assertThat(script.slot(0).command()).isEqualTo(OLD);
        assertThat(script.has(1, 2)).isFalse();
    }

    @Test
    void aVersionThatEndsBeforeItHasAcceptedIsReplacedByItsPredecessor() {
        TransitionScript script = TransitionScript.running(2).proves(VerificationResult.NONE);
        long roll = script.rolls(NEW);
        script.readies(0, 2).drains(0, 1).pass(2).exits(0, 2);

        assertThat(script.answer(roll).orElseThrow().text())
                .startsWith("slot 0.2 (pid 200) exited unexpectedly")
                .endsWith("the old generation serves on");
        assertThat(script.served()).containsExactlyInAnyOrder(id(0, 1), id(1, 1));
    }

    @Test
    void aCleanExitIsNoProofEither() {
        TransitionScript script = TransitionScript.running(1).proves(VerificationResult.UNANSWERED);
        long roll = script.rolls(NEW);
        script.readies(0, 2).tell(new Event.Exited(id(0, 2), ExitStatus.exited(0), 0, "", true));

        assertThat(script.answer(roll)).map(RequestResult::done).contains(false);
        assertThat(script.served()).containsExactly(id(0, 1));
    }

    @Test
    void withoutClientsItIsTrustedAfterAWhile() {
        TransitionScript script = TransitionScript.running(1).proves(VerificationResult.NONE);
        long roll = script.rolls(NEW);
        script.readies(0, 2).drains(0, 1).pass(Duration.ofMillis(4_900));
        assertThat(script.phase(0, 1)).isEqualTo(Phase.DRAINING);

        script.pass(Duration.ofMillis(100));
        assertThat(script.phase(0, 1)).isEqualTo(Phase.STOPPING);
        script.exits(0, 1);
        assertThat(script.answer(roll)).map(RequestResult::done).contains(true);
    }

    @Test
    void aWorkerWaitingInAcceptIsTrustedOnceThePredecessorIsQuiet() {
        TransitionScript script = TransitionScript.running(1).proves(VerificationResult.AWAITING);
        script.rolls(NEW);
        script.readies(0, 2);
        assertThat(script.phase(0, 1)).isEqualTo(Phase.DRAINING);

        script.drains(0, 1);
        assertThat(script.phase(0, 1)).isEqualTo(Phase.STOPPING);
    }

    /// Evidence from before the predecessor was quiet may be old on a busy machine.
    @Test
    void aWorkerWaitingInAcceptIsCheckedAgainBeforeThePredecessorGoes() {
        TransitionScript script = TransitionScript.running(1).proves(VerificationResult.AWAITING);
        script.rolls(NEW);
        script.readies(0, 2).proves(VerificationResult.TAKEN).forget().drains(0, 1);

        assertThat(script.orders()).contains(new Action.Verify(id(0, 2)));
        assertThat(script.phase(0, 1)).isEqualTo(Phase.DRAINING);
        script.exits(0, 2);
        assertThat(script.served()).containsExactly(id(0, 1));
    }

    @Test
    void onceItHasAcceptedItIsGivenTimeToAnswer() {
        TransitionScript script = TransitionScript.running(1).proves(VerificationResult.UNANSWERED);
        long roll = script.rolls(NEW);
        script.readies(0, 2).drains(0, 1).pass(4).sees(0, 2, VerificationResult.TAKEN);
        script.pass(Duration.ofMillis(4_900));
        assertThat(script.phase(0, 1)).isEqualTo(Phase.DRAINING);

        script.pass(Duration.ofMillis(100));
        assertThat(script.phase(0, 1)).as("long requests are fine").isEqualTo(Phase.STOPPING);
        script.exits(0, 1);
        assertThat(script.answer(roll)).map(RequestResult::done).contains(true);
    }

    @Test
    void aVersionThatEndsWithNoConnectionAnsweredIsReplacedByItsPredecessor() {
        TransitionScript script = TransitionScript.running(1).proves(VerificationResult.TAKEN);
        long roll = script.rolls(NEW);
        script.readies(0, 2).drains(0, 1).pass(2).exits(0, 2);

        assertThat(script.answer(roll)).map(RequestResult::done).contains(false);
        assertThat(script.served()).containsExactly(id(0, 1));
    }

    @Test
    void theTimeCountsFromTheFirstQueuedConnection() {
        TransitionScript script = TransitionScript.running(1).proves(VerificationResult.NONE);
        long roll = script.rolls(NEW);
        script.readies(0, 2).pass(3).sees(0, 2, VerificationResult.UNANSWERED).pass(4);
        assertThat(script.answer(roll)).isEmpty();

        script.sees(0, 2, VerificationResult.UNANSWERED).pass(1);
        assertThat(script.answer(roll)).map(RequestResult::done).contains(false);
    }

    @Test
    void aSingleCheckWithAQueueDecidesNothingIfTheNextOnesAreLate() {
        TransitionScript script =
                TransitionScript.running(1).proves(VerificationResult.UNANSWERED).looksLate(true);
        long roll = script.rolls(NEW);
        script.readies(0, 2).drains(0, 1).pass(8);
        assertThat(script.answer(roll)).as("seen once, 8 s ago").isEmpty();

        script.sees(0, 2, VerificationResult.ACCEPTED).exits(0, 1);
        assertThat(script.answer(roll)).map(RequestResult::done).contains(true);
    }

    @Test
    void lateChecksWithTheSameResultDecideInTheEnd() {
        TransitionScript script =
                TransitionScript.running(1).proves(VerificationResult.UNANSWERED).looksLate(true);
        long roll = script.rolls(NEW);
        script.readies(0, 2).drains(0, 1).pass(8).looksLate(false).pass(2);

        assertThat(script.answer(roll)).map(RequestResult::done).contains(false);
    }

    @Test
    void ifThePredecessorHasEndedItsCommandIsStartedAgain() {
        TransitionScript script = TransitionScript.running(1).proves(VerificationResult.UNANSWERED);
        long roll = script.rolls(NEW);
        script.readies(0, 2).exits(0, 1).forget().pass(5);

        assertThat(script.answer(roll).orElseThrow().text())
                .contains("accepts no connection")
                .endsWith("slot 0 has no worker in service; it will be restarted as before");
        assertThat(script.orders()).contains(new Action.Spawn(id(0, 3), OLD));
    }

    @Test
    void aVersionThatIsStillLoadingGetsNoTrafficYet() {
        TransitionScript script = TransitionScript.running(1).looks(ListenState.SHARED);
        long roll = script.rolls(NEW);
        script.listens(0, 2).pass(30);
        assertThat(script.served()).containsExactly(id(0, 1));
        assertThat(script.phase(0, 2)).isEqualTo(Phase.SETTLING);

        script.looks(ListenState.AWAITS).pass(1);
        assertThat(script.served()).containsExactly(id(0, 2));
        script.retires(0, 1);
        assertThat(script.answer(roll)).map(RequestResult::done).contains(true);
    }

    @Test
    void sayingReadyIsNotEnoughUnlessTheUserReliesOnIt() {
        TransitionScript script = TransitionScript.running(1).looks(ListenState.SHARED);
        script.rolls(NEW);
        script.announces(0, 2).listens(0, 2).pass(3);
        assertThat(script.served()).containsExactly(id(0, 1));

        TransitionScript trusting = TransitionScript.begun(SettingsVariants.announced(), 1);
        trusting.listens(0, 1).announces(0, 1).looks(ListenState.SHARED).rolls(NEW);
        trusting.listens(0, 2).announces(0, 2);
        assertThat(trusting.served()).containsExactly(id(0, 2));
    }

    @Test
    void aPreforkVersionWithNoProcessInAcceptFails() {
        TransitionScript script = TransitionScript.running(1).looks(ListenState.SHARED);
        long roll = script.rolls(NEW);
        script.listens(0, 2).pass(60);

        assertThat(script.answer(roll).orElseThrow().text())
                .contains("none of its processes waited for a connection")
                .endsWith("the old generation serves on");
        assertThat(script.served()).containsExactly(id(0, 1));
    }

    @Test
    void aSingleProcessNeverSeenInAcceptIsTriedAfterAWhile() {
        TransitionScript script = TransitionScript.running(1).looks(ListenState.LISTENS);
        script.rolls(NEW);
        script.listens(0, 2).pass(5);
        assertThat(script.served()).containsExactly(id(0, 1));

        script.pass(1);
        assertThat(script.served()).containsExactly(id(0, 2));
    }

    @Test
    void withoutAPredecessorThereIsNoTrial() {
        TransitionScript script =
                TransitionScript.begun(Settings.defaults(), 1).looks(ListenState.SHARED);

        script.readies(0, 1);

        assertThat(script.served()).containsExactly(id(0, 1));
    }

    @Test
    void withAZeroProveTimeThereIsNoTrial() {
        TransitionScript script =
                TransitionScript.running(SettingsVariants.proving(Duration.ZERO), 1);
        script.looks(ListenState.SHARED).proves(VerificationResult.UNANSWERED).rolls(NEW);

        script.readies(0, 2).drains(0, 1);

        assertThat(script.phase(0, 1)).isEqualTo(Phase.STOPPING);
    }

    @Test
    void aVersionThatOmitsAnAddressFailsSoonAfterItsLastListener() {
        TransitionScript script = TransitionScript.running(1);
        long roll = script.rolls(NEW);
        script.pass(2).tell(new Event.Incomplete(id(0, 2), "listens on one of two", true));
        script.pass(5).tell(new Event.Incomplete(id(0, 2), "listens on two of three", true));
        script.pass(7);
        assertThat(script.answer(roll)).as("it took 7 s for the first two").isEmpty();

        script.pass(1);
        assertThat(script.answer(roll).orElseThrow().text())
                .startsWith("slot 0.2 (pid 200) listens on two of three\n")
                .endsWith("the old generation serves on");
    }

    @Test
    void aVersionThatOpensItsListenersOneByOneIsReadyWithTheLast() {
        TransitionScript script = TransitionScript.running(1);
        long roll = script.rolls(NEW);
        script.tell(new Event.Incomplete(id(0, 2), "listens on one of two", true)).pass(5);

        script.readies(0, 2).retires(0, 1);

        assertThat(script.answer(roll)).map(RequestResult::done).contains(true);
    }

    @Test
    void aStopDuringATrialStopsThePredecessorToo() {
        TransitionScript script = TransitionScript.running(1).proves(VerificationResult.UNANSWERED);
        script.rolls(NEW);
        script.readies(0, 2).drains(0, 1);

        script.asks(new Request.Stop());

        assertThat(script.phase(0, 1)).isEqualTo(Phase.STOPPING);
        assertThat(script.phase(0, 2)).isEqualTo(Phase.DRAINING);
    }
}
