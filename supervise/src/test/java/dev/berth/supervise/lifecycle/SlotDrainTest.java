package dev.berth.supervise.lifecycle;

import static dev.berth.supervise.lifecycle.TrafficPlans.applies;
import static dev.berth.supervise.lifecycle.TrafficPlans.serving;
import static dev.berth.supervise.lifecycle.TransitionScript.id;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.RequestResult;

import org.junit.jupiter.api.Test;

import java.util.Set;

class SlotDrainTest {
    @Test
    void aDrainedSlotKeepsItsWorkerButGetsNothingNew() {
        TransitionScript script = TransitionScript.running(2);
        long drain = script.asks(new Request.Drain(0));
        assertThat(script.deeds())
                .containsExactly(
                        new Action.Apply(serving(Set.of(id(1, 1)), Set.of(1), Set.of(0))),
                        new Action.Drain(id(0, 1)));
        assertThat(script.slot(0).condition()).isEqualTo(Slot.Condition.DRAINING);

        script.drains(0, 1).pass(100);
        assertThat(script.answer(drain))
                .contains(new RequestResult.Drained(0, RequestResult.DrainedState.QUIET));
        assertThat(script.phase(0, 1)).isEqualTo(Phase.READY);
        assertThat(script.orders(Action.Terminate.class)).isEmpty();
    }

    @Test
    void aDrainEndsWhenItsTimeIsOver() {
        TransitionScript script = TransitionScript.running(2);
        long drain = script.asks(new Request.Drain(0));
        assertThat(script.pass(9).answer(drain)).isEmpty();

        assertThat(script.pass(1).answer(drain))
                .contains(new RequestResult.Drained(0, RequestResult.DrainedState.OPEN));
    }

    @Test
    void undrainPutsTheSlotBackInService() {
        TransitionScript script = TransitionScript.running(2);
        script.asks(new Request.Drain(0));
        script.drains(0, 1).forget();

        long undrain = script.asks(new Request.Undrain(0));

        assertThat(script.deeds())
                .containsExactly(
                        applies(Set.of(id(0, 1), id(1, 1)), Set.of(0, 1)),
                        new Action.Reply(undrain, new RequestResult.Undrained(0, true)));
    }

    @Test
    void undrainOfASlotWithoutAReadyWorkerDoesNotPromiseService() {
        TransitionScript script = TransitionScript.running(2);
        script.asks(new Request.Drain(0));
        script.drains(0, 1).exits(0, 1);

        long undrain = script.asks(new Request.Undrain(0));
        assertThat(script.answer(undrain)).contains(new RequestResult.Undrained(0, false));

        script.readies(0, 2);
        assertThat(script.served()).contains(id(0, 2));
    }

    @Test
    void theOnlySlotInServiceIsNotDrained() {
        TransitionScript script = TransitionScript.running(2);
        script.asks(new Request.Drain(0));
        script.drains(0, 1);

        long drain = script.asks(new Request.Drain(1));

        assertThat(script.answer(drain).orElseThrow().done()).isFalse();
        assertThat(script.answer(drain).orElseThrow().text())
                .startsWith("slot 1 is the only slot in service");
        assertThat(script.served()).containsExactly(id(1, 1));
    }

    @Test
    void drainingAgainReturnsAtOnce() {
        TransitionScript script = TransitionScript.running(2);
        script.asks(new Request.Drain(0));
        script.drains(0, 1);

        assertThat(script.answer(script.asks(new Request.Drain(0))))
                .contains(new RequestResult.Drained(0, RequestResult.DrainedState.ALREADY));
    }

    @Test
    void missingSlotsAreReported() {
        TransitionScript script = TransitionScript.running(2);

        assertThat(script.answer(script.asks(new Request.Drain(2))))
                .contains(new RequestResult.NoSuchSlot(2, 2));
        assertThat(script.answer(script.asks(new Request.Undrain(7))))
                .contains(new RequestResult.NoSuchSlot(7, 2));
        script.exits(1, 1);
        assertThat(script.answer(script.asks(new Request.Drain(1))))
                .contains(new RequestResult.NoReadyWorker(1));
    }

    @Test
    void aCrashWhileDrainingFailsTheDrainAndTheSuccessorStaysDrained() {
        TransitionScript script = TransitionScript.running(2);
        long drain = script.asks(new Request.Drain(0));
        script.exits(0, 1);

        assertThat(script.answer(drain).orElseThrow().text())
                .contains("slot 0.1 (pid 100) exited unexpectedly")
                .endsWith("slot 0 stays drained until you undrain it");
        script.readies(0, 2);
        assertThat(script.served()).containsExactly(id(1, 1));
    }

    @Test
    void aCrashElsewhereDoesNotEndTheDrain() {
        TransitionScript script = TransitionScript.running(3);
        long drain = script.asks(new Request.Drain(0));
        script.exits(1, 1);

        assertThat(script.answer(drain)).isEmpty();
    }

    @Test
    void eventsOfAnotherGenerationDoNotEndTheDrain() {
        TransitionScript script = TransitionScript.running(2);
        long drain = script.asks(new Request.Drain(0));

        script.drains(0, 99).drains(1, 1);

        assertThat(script.answer(drain)).isEmpty();
    }
}
