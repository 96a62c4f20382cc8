package dev.berth.supervise.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.supervise.contract.Settings;
import dev.berth.supervise.contract.WorkerId;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SlotTest {
    private static Slot with(Phase... phases) {
        Slot slot = Slot.empty(0, 0, TransitionScript.OLD, 0);
        for (Phase phase : phases) {
            WorkerId id = new WorkerId(0, slot.generation() + 1);
            Worker worker = Worker.starting(id, TransitionScript.OLD, 0, Settings.defaults());
            slot = slot.adding(worker.inPhase(phase, 0, Moment.NEVER));
        }
        return slot;
    }

    @ParameterizedTest
    @CsvSource({
        "STARTING, RUN,   STARTING",
        "SETTLING, RUN,   STARTING",
        "READY,    RUN,   READY",
        "READY,  DRAINED, DRAINING",
        "READY,    LEAVE, DRAINING",
        "DRAINING, LEAVE, DRAINING",
        "STOPPING, RUN,   DRAINING",
        "KILLED,   RUN,   DRAINING",
    })
    void theConditionOfASlotIsThatOfItsWorker(
            Phase phase, Slot.Goal goal, Slot.Condition condition) {
        assertThat(with(phase).withGoal(goal).condition()).isEqualTo(condition);
    }

    @Test
    void theWorkerInServiceCountsFirstThenTheNewOneThenTheOldOne() {
        Slot all = with(Phase.STOPPING, Phase.READY, Phase.STARTING);
        assertThat(all.principal()).map(Worker::phase).contains(Phase.READY);
        assertThat(all.condition()).isEqualTo(Slot.Condition.READY);

        Slot coming = with(Phase.STOPPING, Phase.SETTLING);
        assertThat(coming.principal()).map(Worker::phase).contains(Phase.SETTLING);
        assertThat(coming.condition()).isEqualTo(Slot.Condition.STARTING);

        assertThat(with(Phase.KILLED).principal()).map(Worker::phase).contains(Phase.KILLED);
        assertThat(with().principal()).isEmpty();
    }

    @Test
    void anEmptySlotBacksOffOrIsStopped() {
        assertThat(with().condition()).isEqualTo(Slot.Condition.STOPPED);
        assertThat(with().withHealth(RestartHistory.NEW.retryingAt(5)).condition())
                .isEqualTo(Slot.Condition.BACKOFF);
    }

    @Test
    void aWorkerGetsATryAndAGenerationNumber() {
        Slot slot = with(Phase.STARTING).withHealth(RestartHistory.NEW.retryingAt(5));

        WorkerId next = new WorkerId(0, 2);
        Slot after =
                slot.adding(Worker.starting(next, TransitionScript.OLD, 0, Settings.defaults()));

        assertThat(after.generation()).isEqualTo(2);
        assertThat(after.history().waiting()).isFalse();
    }

    @Test
    void readinessEndsTheWaitButNotTheCount() {
        RestartHistory history = RestartHistory.NEW.failed(2, "why", 5).ready();

        assertThat(history).isEqualTo(new RestartHistory(0, 2, Moment.NEVER, true, "why"));
        assertThat(history.steady().failures()).isZero();
    }
}
