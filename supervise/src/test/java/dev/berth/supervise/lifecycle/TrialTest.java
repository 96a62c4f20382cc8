package dev.berth.supervise.lifecycle;

import static dev.berth.supervise.lifecycle.Script.NEW;
import static dev.berth.supervise.lifecycle.Script.OLD;
import static dev.berth.supervise.lifecycle.Script.id;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.supervise.contract.Outcome;
import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.Settings;
import dev.berth.supervise.contract.Variants;
import dev.berth.sys.ExitStatus;

import org.junit.jupiter.api.Test;

import java.time.Duration;

/// A new worker must show that it accepts connections before its predecessor goes and the next slot
/// is rolled.
class TrialTest {
    @Test
    void thePredecessorIsKeptUntilTheNewWorkerHasAccepted() {
        Script script = Script.running(2).proves(Evidence.UNANSWERED);
        long roll = script.rolls(NEW);
        script.readies(0, 2).drains(0, 1).pass(4);
        assertThat(script.phase(0, 1)).as("kept, though it is idle").isEqualTo(Phase.DRAINING);
        assertThat(script.has(1, 2)).as("no other slot is touched").isFalse();

        script.sees(0, 2, Evidence.ACCEPTED);
        assertThat(script.phase(0, 1)).isEqualTo(Phase.STOPPING);
        script.exits(0, 1);
        assertThat(script.has(1, 2)).isTrue();

        script.readies(1, 2).retires(1, 1);
        assertThat(script.answer(roll)).contains(Outcome.done("rolled 2 slots"));
    }

    @Test
    void thePredecessorIsKeptBeyondItsDrainTime() {
        Script script = Script.running(Settings.defaults().withProve(Duration.ofSeconds(30)), 1);
        script.proves(Evidence.UNANSWERED).rolls(NEW);

        script.readies(0, 2).pass(20);

        assertThat(script.phase(0, 1)).isEqualTo(Phase.DRAINING);
    }

    @Test
    void aVersionThatAcceptsNothingIsReplacedByItsPredecessor() {
        Script script = Script.running(2).proves(Evidence.UNANSWERED);
        long roll = script.rolls(NEW);
        script.readies(0, 2).drains(0, 1).forget().pass(5);

        assertThat(script.answer(roll).orElseThrow())
                .isEqualTo(
                        Outcome.failed(
                                "slot 0.2 (pid 200) accepts no connection: 4 connections wait on"
                                        + " tcp://[::]:80, for 5 s (if it only needs longer to"
                                        + " load, raise --prove of berth run)\n"
                                        + "the old generation serves on"));
        assertThat(script.served()).containsExactlyInAnyOrder(id(0, 1), id(1, 1));
        assertThat(script.orders())
                .as("its queue moves at once")
                .contains(new Action.Withdraw(id(0, 2)));
        assertThat(script.phase(0, 2)).isEqualTo(Phase.STOPPING);
        assertThat(script.slot(0).command()).isEqualTo(OLD);
        assertThat(script.has(1, 2)).isFalse();
    }

    @Test
    void aVersionThatEndsBeforeItHasAcceptedIsReplacedByItsPredecessor() {
        Script script = Script.running(2).proves(Evidence.NONE);
        long roll = script.rolls(NEW);
        script.readies(0, 2).drains(0, 1).pass(2).exits(0, 2);

        assertThat(script.answer(roll).orElseThrow().text())
                .startsWith("slot 0.2 (pid 200) exited unexpectedly")
                .endsWith("the old generation serves on");
        assertThat(script.served()).containsExactlyInAnyOrder(id(0, 1), id(1, 1));
    }

    @Test
    void aCleanExitIsNoProofEither() {
        Script script = Script.running(1).proves(Evidence.UNANSWERED);
        long roll = script.rolls(NEW);
        script.readies(0, 2).tell(new Event.Exited(id(0, 2), ExitStatus.exited(0), 0, "", true));

        assertThat(script.answer(roll)).map(Outcome::done).contains(false);
        assertThat(script.served()).containsExactly(id(0, 1));
    }

    @Test
    void withoutClientsItIsTrustedAfterAWhile() {
        Script script = Script.running(1).proves(Evidence.NONE);
        long roll = script.rolls(NEW);
        script.readies(0, 2).drains(0, 1).pass(Duration.ofMillis(4_900));
        assertThat(script.phase(0, 1)).isEqualTo(Phase.DRAINING);

        script.pass(Duration.ofMillis(100));
        assertThat(script.phase(0, 1)).isEqualTo(Phase.STOPPING);
        script.exits(0, 1);
        assertThat(script.answer(roll)).map(Outcome::done).contains(true);
    }

    @Test
    void aWorkerWaitingInAcceptIsTrustedOnceThePredecessorIsQuiet() {
        Script script = Script.running(1).proves(Evidence.AWAITING);
        script.rolls(NEW);
        script.readies(0, 2);
        assertThat(script.phase(0, 1)).isEqualTo(Phase.DRAINING);

        script.drains(0, 1);
        assertThat(script.phase(0, 1)).isEqualTo(Phase.STOPPING);
    }

    /// Evidence from before the predecessor was quiet may be old on a busy machine.
    @Test
    void aWorkerWaitingInAcceptIsCheckedAgainBeforeThePredecessorGoes() {
        Script script = Script.running(1).proves(Evidence.AWAITING);
        script.rolls(NEW);
        script.readies(0, 2).proves(Evidence.TAKEN).forget().drains(0, 1);

        assertThat(script.orders()).contains(new Action.Prove(id(0, 2)));
        assertThat(script.phase(0, 1)).isEqualTo(Phase.DRAINING);
        script.exits(0, 2);
        assertThat(script.served()).containsExactly(id(0, 1));
    }

    @Test
    void onceItHasAcceptedItIsGivenTimeToAnswer() {
        Script script = Script.running(1).proves(Evidence.UNANSWERED);
        long roll = script.rolls(NEW);
        script.readies(0, 2).drains(0, 1).pass(4).sees(0, 2, Evidence.TAKEN);
        script.pass(Duration.ofMillis(4_900));
        assertThat(script.phase(0, 1)).isEqualTo(Phase.DRAINING);

        script.pass(Duration.ofMillis(100));
        assertThat(script.phase(0, 1)).as("long requests are fine").isEqualTo(Phase.STOPPING);
        script.exits(0, 1);
        assertThat(script.answer(roll)).map(Outcome::done).contains(true);
    }

    @Test
    void aVersionThatEndsWithNoConnectionAnsweredIsReplacedByItsPredecessor() {
        Script script = Script.running(1).proves(Evidence.TAKEN);
        long roll = script.rolls(NEW);
        script.readies(0, 2).drains(0, 1).pass(2).exits(0, 2);

        assertThat(script.answer(roll)).map(Outcome::done).contains(false);
        assertThat(script.served()).containsExactly(id(0, 1));
    }

    @Test
    void theTimeCountsFromTheFirstQueuedConnection() {
        Script script = Script.running(1).proves(Evidence.NONE);
        long roll = script.rolls(NEW);
        script.readies(0, 2).pass(3).sees(0, 2, Evidence.UNANSWERED).pass(4);
        assertThat(script.answer(roll)).isEmpty();

        script.sees(0, 2, Evidence.UNANSWERED).pass(1);
        assertThat(script.answer(roll)).map(Outcome::done).contains(false);
    }

    @Test
    void aSingleCheckWithAQueueDecidesNothingIfTheNextOnesAreLate() {
        Script script = Script.running(1).proves(Evidence.UNANSWERED).looksLate(true);
        long roll = script.rolls(NEW);
        script.readies(0, 2).drains(0, 1).pass(8);
        assertThat(script.answer(roll)).as("seen once, 8 s ago").isEmpty();

        script.sees(0, 2, Evidence.ACCEPTED).exits(0, 1);
        assertThat(script.answer(roll)).map(Outcome::done).contains(true);
    }

    @Test
    void lateChecksWithTheSameResultDecideInTheEnd() {
        Script script = Script.running(1).proves(Evidence.UNANSWERED).looksLate(true);
        long roll = script.rolls(NEW);
        script.readies(0, 2).drains(0, 1).pass(8).looksLate(false).pass(2);

        assertThat(script.answer(roll)).map(Outcome::done).contains(false);
    }

    @Test
    void ifThePredecessorHasEndedItsCommandIsStartedAgain() {
        Script script = Script.running(1).proves(Evidence.UNANSWERED);
        long roll = script.rolls(NEW);
        script.readies(0, 2).exits(0, 1).forget().pass(5);

        assertThat(script.answer(roll).orElseThrow().text())
                .contains("accepts no connection")
                .endsWith("slot 0 has no worker in service; it will be restarted as before");
        assertThat(script.orders()).contains(new Action.Spawn(id(0, 3), OLD));
    }

    @Test
    void aVersionThatIsStillLoadingGetsNoTrafficYet() {
        Script script = Script.running(1).looks(Sight.SHARED);
        long roll = script.rolls(NEW);
        script.listens(0, 2).pass(30);
        assertThat(script.served()).containsExactly(id(0, 1));
        assertThat(script.phase(0, 2)).isEqualTo(Phase.SETTLING);

        script.looks(Sight.AWAITS).pass(1);
        assertThat(script.served()).containsExactly(id(0, 2));
        script.retires(0, 1);
        assertThat(script.answer(roll)).map(Outcome::done).contains(true);
    }

    @Test
    void sayingReadyIsNotEnoughUnlessTheUserReliesOnIt() {
        Script script = Script.running(1).looks(Sight.SHARED);
        script.rolls(NEW);
        script.announces(0, 2).listens(0, 2).pass(3);
        assertThat(script.served()).containsExactly(id(0, 1));

        Script trusting = Script.begun(Variants.announced(), 1);
        trusting.listens(0, 1).announces(0, 1).looks(Sight.SHARED).rolls(NEW);
        trusting.listens(0, 2).announces(0, 2);
        assertThat(trusting.served()).containsExactly(id(0, 2));
    }

    @Test
    void aPreforkVersionWithNoProcessInAcceptFails() {
        Script script = Script.running(1).looks(Sight.SHARED);
        long roll = script.rolls(NEW);
        script.listens(0, 2).pass(60);

        assertThat(script.answer(roll).orElseThrow().text())
                .contains("none of its processes waited for a connection")
                .endsWith("the old generation serves on");
        assertThat(script.served()).containsExactly(id(0, 1));
    }

    @Test
    void aSingleProcessNeverSeenInAcceptIsTriedAfterAWhile() {
        Script script = Script.running(1).looks(Sight.LISTENS);
        script.rolls(NEW);
        script.listens(0, 2).pass(5);
        assertThat(script.served()).containsExactly(id(0, 1));

        script.pass(1);
        assertThat(script.served()).containsExactly(id(0, 2));
    }

    @Test
    void withoutAPredecessorThereIsNoTrial() {
        Script script = Script.begun(Settings.defaults(), 1).looks(Sight.SHARED);

        script.readies(0, 1);

        assertThat(script.served()).containsExactly(id(0, 1));
    }

    @Test
    void withAZeroProveTimeThereIsNoTrial() {
        Script script = Script.running(Settings.defaults().withProve(Duration.ZERO), 1);
        script.looks(Sight.SHARED).proves(Evidence.UNANSWERED).rolls(NEW);

        script.readies(0, 2).drains(0, 1);

        assertThat(script.phase(0, 1)).isEqualTo(Phase.STOPPING);
    }

    @Test
    void aVersionThatOmitsAnAddressFailsSoonAfterItsLastListener() {
        Script script = Script.running(1);
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
        Script script = Script.running(1);
        long roll = script.rolls(NEW);
        script.tell(new Event.Incomplete(id(0, 2), "listens on one of two", true)).pass(5);

        script.readies(0, 2).retires(0, 1);

        assertThat(script.answer(roll)).map(Outcome::done).contains(true);
    }

    @Test
    void aStopDuringATrialStopsThePredecessorToo() {
        Script script = Script.running(1).proves(Evidence.UNANSWERED);
        script.rolls(NEW);
        script.readies(0, 2).drains(0, 1);

        script.asks(new Request.Stop());

        assertThat(script.phase(0, 1)).isEqualTo(Phase.STOPPING);
        assertThat(script.phase(0, 2)).isEqualTo(Phase.DRAINING);
    }
}
