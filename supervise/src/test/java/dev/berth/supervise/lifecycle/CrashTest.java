package dev.berth.supervise.lifecycle;

import static dev.berth.supervise.lifecycle.TrafficPlans.applies;
import static dev.berth.supervise.lifecycle.TrafficPlans.unserved;
import static dev.berth.supervise.lifecycle.TransitionScript.id;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.Settings;
import dev.berth.supervise.contract.SettingsVariants;
import dev.berth.sys.ExitStatus;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.Set;

class CrashTest {
    @Test
    void aCrashedWorkerIsReplacedAtOnceAndItsQueueKept() {
        TransitionScript script = TransitionScript.running(2).exits(0, 1, ExitStatus.killed(9), 0);

        assertThat(script.deeds())
                .containsExactly(
                        applies(Set.of(id(1, 1)), Set.of(0, 1)),
                        new Action.KeepQueue(id(0, 1)),
                        new Action.Spawn(id(0, 2), TransitionScript.OLD));
        assertThat(script.said())
                .isEqualTo("slot 0.1 (pid 100) exited unexpectedly: killed by SIGKILL (9)");
        assertThat(script.slot(0).history().restarts()).isEqualTo(1);
    }

    @Test
    void aWorkerThatKeepsDyingIsRetriedLessAndLessOften() {
        TransitionScript script = TransitionScript.running(2).exits(0, 1);
        long longest = 0;
        for (int generation = 2; generation < 14; generation++) {
            script.exits(0, generation);
            long pause = script.slot(0).history().retryAt() - script.now();
            long base = Math.min(30_000, 100L << (generation - 1));
            assertThat(pause).isBetween(base, base + base / 4);
            longest = Math.max(longest, pause);
            script.pass(Duration.ofMillis(pause - 1));
            assertThat(script.has(0, generation + 1)).isFalse();
            script.pass(Duration.ofMillis(1));
            assertThat(script.has(0, generation + 1)).isTrue();
        }
        assertThat(longest).isGreaterThanOrEqualTo(30_000);
        assertThat(script.served()).containsExactly(id(1, 1));
    }

    @Test
    void aWorkerThatCannotBeStartedIsAlwaysRetriedWithinSeconds() {
        TransitionScript script = TransitionScript.running(2).exits(0, 1);
        for (int generation = 2; generation < 14; generation++) {
            script.tell(new Event.SpawnFailed(id(0, generation), "no process"));
            Duration pause = Duration.ofMillis(script.slot(0).history().retryAt() - script.now());
            assertThat(pause).isPositive().isLessThanOrEqualTo(Settings.LONGEST_SPAWN_BACKOFF);
            script.pass(pause);
            assertThat(script.has(0, generation + 1)).isTrue();
        }
        assertThat(script.said()).contains("no process; next try in 5 s");
    }

    @Test
    void threeFailuresInARowAreACrashLoop() {
        TransitionScript script = TransitionScript.running(2).exits(0, 1).exits(0, 2);
        assertThat(script.slot(0).history().crashLoop()).isFalse();

        script.pass(1).exits(0, 3);
        assertThat(script.slot(0).history().crashLoop()).isTrue();
        assertThat(script.slot(0).condition()).isEqualTo(Slot.Condition.BACKOFF);
        assertThat(script.slot(0).history().lastFailure()).contains("slot 0.3");
    }

    @Test
    void crashesSoonAfterBecomingReadyCountTogether() {
        TransitionScript script =
                TransitionScript.running(2).exits(0, 1).readies(0, 2).pass(5).exits(0, 2);

        assertThat(script.slot(0).history().failures()).isEqualTo(2);
        assertThat(script.has(0, 3)).isFalse();
    }

    @Test
    void afterAStableTimeTheNextCrashCountsAsTheFirst() {
        TransitionScript script =
                TransitionScript.running(2).exits(0, 1).readies(0, 2).pass(10).exits(0, 2);

        assertThat(script.slot(0).history().failures()).isEqualTo(1);
        assertThat(script.has(0, 3)).isTrue();
        assertThat(script.slot(0).history().restarts()).isEqualTo(2);
    }

    @Test
    void whenNoWorkerIsReadyClientsWaitUntilPatienceIsOver() {
        TransitionScript script =
                TransitionScript.running(1).exits(0, 1).pass(Duration.ofMillis(9_999));
        assertThat(script.state().refusing()).isFalse();

        script.pass(Duration.ofMillis(1));
        assertThat(script.state().refusing()).isTrue();
        assertThat(script.orders())
                .contains(new Action.Apply(unserved(Set.of(0), Admission.REFUSE)));
        assertThat(script.said()).contains("no worker has been ready for 10 s");

        script.forget().pass(20);
        assertThat(script.orders(Action.Apply.class)).as("reported once").isEmpty();

        script.readies(0, 2);
        assertThat(script.deeds()).contains(applies(Set.of(id(0, 2)), Set.of(0)));
        assertThat(script.state().refusing()).isFalse();
    }

    @Test
    void furtherFailuresDoNotExtendPatience() {
        TransitionScript script =
                TransitionScript.running(1).exits(0, 1).pass(6).exits(0, 2).pass(3).exits(0, 3);
        assertThat(script.state().refusing()).isFalse();

        script.pass(1);
        assertThat(script.state().refusing()).isTrue();
    }

    @Test
    void patienceRestartsWheneverNoWorkerIsReady() {
        TransitionScript script =
                TransitionScript.running(1).exits(0, 1).pass(8).readies(0, 2).pass(11);

        script.exits(0, 2).pass(9);
        assertThat(script.state().refusing()).isFalse();

        script.pass(1);
        assertThat(script.state().refusing()).isTrue();
    }

    @Test
    void aWorkerThatLostItsListenerIsServedAgainWhenItListensAgain() {
        TransitionScript script = TransitionScript.running(2).loses(0, 1);
        assertThat(script.served()).containsExactly(id(1, 1));
        assertThat(script.phase(0, 1)).isEqualTo(Phase.STARTING);
        assertThat(script.spawned()).isEmpty();
        assertThat(script.said()).isEqualTo("slot 0.1 closed its listener");

        script.readies(0, 1);
        assertThat(script.served()).containsExactlyInAnyOrder(id(0, 1), id(1, 1));
        assertThat(script.slot(0).history().restarts()).isZero();
    }

    @Test
    void aWorkerThatLostItsListenerForGoodIsReplaced() {
        TransitionScript script = TransitionScript.running(2).pass(10).loses(0, 1).pass(60);

        assertThat(script.phase(0, 1)).isEqualTo(Phase.STOPPING);
        assertThat(script.phase(0, 2)).isEqualTo(Phase.STARTING);
        assertThat(script.said()).contains("did not listen within 60 s; starting again");
    }

    @Test
    void losingTheListenerAfterAStableTimeForgetsEarlierCrashes() {
        TransitionScript script =
                TransitionScript.running(2).exits(0, 1).exits(0, 2).pass(1).readies(0, 3).pass(10);
        assertThat(script.slot(0).history().failures()).isEqualTo(2);

        script.loses(0, 3).pass(60);

        assertThat(script.slot(0).history().failures()).isEqualTo(1);
        assertThat(script.has(0, 4)).isTrue();
    }

    @Test
    void aWorkerThatAnnouncedItselfNeedNotDoSoAgainAfterLosingItsListener() {
        TransitionScript script =
                TransitionScript.begun(SettingsVariants.announced(), 1)
                        .listens(0, 1)
                        .announces(0, 1);

        script.loses(0, 1).listens(0, 1);

        assertThat(script.phase(0, 1)).isEqualTo(Phase.READY);
    }

    @Test
    void aKilledWorkerIsKilledAgainEveryFiveSecondsUntilItEnds() {
        TransitionScript script = TransitionScript.running(2);
        script.asks(new Request.Scale(1));
        script.pass(10 + 30);
        assertThat(script.phase(1, 1)).isEqualTo(Phase.KILLED);
        assertThat(script.said()).contains("slot 1.1 did not stop in time; killing it");
        assertThat(script.orders(Action.Kill.class)).hasSize(1);

        script.pass(Duration.ofMillis(4_999));
        assertThat(script.orders(Action.Kill.class)).hasSize(1);
        script.pass(Duration.ofMillis(1));
        assertThat(script.orders(Action.Kill.class)).hasSize(2);
        script.pass(5);
        assertThat(script.orders(Action.Kill.class)).hasSize(3);
    }

    @Test
    void aSpawnThatFailsAfterItsWorkerWasAbandonedCountsAgainstNone() {
        TransitionScript script = TransitionScript.running(2).exits(0, 1);
        long roll = script.rolls();
        assertThat(script.phase(0, 2)).isEqualTo(Phase.STOPPING);

        script.tell(new Event.SpawnFailed(id(0, 2), "slot 0.2 cannot be started"));

        assertThat(script.answer(roll)).isEmpty();
        assertThat(script.phase(0, 3)).isEqualTo(Phase.STARTING);
    }

    @Test
    void aWorkerThatServedAndExitsCleanlyIsAlwaysReplacedAtOnce() {
        TransitionScript script = TransitionScript.running(1);
        for (int generation = 1; generation < 20; generation++) {
            script.forget();
            script.tell(new Event.Exited(id(0, generation), ExitStatus.exited(0), 0, "", true));
            assertThat(script.spawned()).containsExactly(id(0, generation + 1));
            assertThat(script.said()).contains("served and then exited by itself (exit 0)");
            script.readies(0, generation + 1);
        }
        assertThat(script.slot(0).history().failures()).isZero();
        assertThat(script.slot(0).history().restarts()).isEqualTo(19);
    }

    /// This happens if many clients wait for a server with a request limit.
    @Test
    void aWorkerThatServedAndExitsWhileItSettlesIsReplacedAtOnce() {
        TransitionScript script = TransitionScript.running(1);
        script.tell(new Event.Exited(id(0, 1), ExitStatus.exited(0), 0, "", true));
        for (int generation = 2; generation < 20; generation++) {
            script.forget();
            script.pass(1).listens(0, generation);
            script.tell(new Event.Exited(id(0, generation), ExitStatus.exited(0), 0, "", true));
            assertThat(script.spawned()).containsExactly(id(0, generation + 1));
            assertThat(script.said()).contains("served and then exited by itself (exit 0)");
            assertThat(script.orders(Action.Apply.class))
                    .noneMatch(apply -> apply.plan().admission() == Admission.REFUSE);
        }
        assertThat(script.slot(0).history().failures()).isZero();
    }

    @Test
    void aNewVersionThatServedAndExitsWhileItSettlesIsRolledBack() {
        TransitionScript script = TransitionScript.running(1);
        long roll = script.rolls();
        script.listens(0, 2);
        script.tell(new Event.Exited(id(0, 2), ExitStatus.exited(0), 0, "", true));

        assertThat(script.served()).containsExactly(id(0, 1));
        assertThat(script.answer(roll).orElseThrow().text())
                .contains("ended right after it listened");
    }

    @Test
    void aWorkerThatExitsCleanlyButServedNoClientHasFailed() {
        TransitionScript script = TransitionScript.running(2);
        for (int generation = 1; generation <= 3; generation++) {
            script.exits(0, generation, ExitStatus.exited(0), 0).pass(1);
            script.readies(0, generation + 1);
        }

        assertThat(script.slot(0).history().crashLoop()).isTrue();
    }

    @Test
    void whileNoWorkerIsInServiceNoPauseIsLong() {
        TransitionScript script = TransitionScript.running(1).exits(0, 1);
        for (int generation = 2; generation < 14; generation++) {
            script.exits(0, generation);
            assertThat(script.slot(0).history().retryAt() - script.now())
                    .isLessThanOrEqualTo(2_000);
            script.pass(2);
            assertThat(script.has(0, generation + 1)).isTrue();
        }
    }

    @Test
    void whenTheLastWorkerInServiceEndsTheOthersPauseNoLonger() {
        TransitionScript script = TransitionScript.running(2).exits(0, 1);
        for (int generation = 2; generation < 12; generation++) {
            script.exits(0, generation).pass(40);
        }
        script.exits(0, 12);
        assertThat(script.slot(0).history().retryAt() - script.now()).isGreaterThan(20_000);

        script.exits(1, 1);

        assertThat(script.slot(0).history().retryAt() - script.now()).isEqualTo(2_000);
    }
}
