package dev.berth.supervise.lifecycle;

import static dev.berth.supervise.lifecycle.TrafficPlans.applies;
import static dev.berth.supervise.lifecycle.TransitionScript.id;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.RequestResult;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Set;

class ScaleTest {
    @Test
    void growingIsDoneWhenAllNewSlotsAreReady() {
        TransitionScript script = TransitionScript.running(2);
        long scale = script.asks(new Request.Scale(5));
        assertThat(script.spawned()).containsExactly(id(2, 1), id(3, 1));

        script.readies(2, 1).readies(3, 1);
        assertThat(script.answer(scale)).isEmpty();
        script.readies(4, 1);
        assertThat(script.answer(scale)).contains(new RequestResult.Scaled(2, 5));
        assertThat(script.served()).hasSize(5);
    }

    @Test
    void ifOneNewSlotFailsAllNewSlotsAreRemoved() {
        TransitionScript script = TransitionScript.running(2);
        long scale = script.asks(new Request.Scale(4));
        script.readies(2, 1).forget().exits(3, 1);

        assertThat(script.served()).containsExactlyInAnyOrder(id(0, 1), id(1, 1));
        assertThat(script.orders()).contains(new Action.Drain(id(2, 1)));
        assertThat(script.answer(scale)).as("not before they are gone").isEmpty();

        script.retires(2, 1);
        assertThat(script.answer(scale).orElseThrow().done()).isFalse();
        assertThat(script.answer(scale).orElseThrow().text())
                .contains("slot 3.1 (pid 103) ended at start: exit 3")
                .endsWith("stays at 2 workers");
        assertThat(script.state().slots()).hasSize(2);
        assertThat(script.spawned()).isEmpty();
    }

    @Test
    void aNewSlotThatCrashesBeforeTheOthersAreReadyFailsTheScale() {
        TransitionScript script = TransitionScript.running(1);
        long scale = script.asks(new Request.Scale(3));
        script.readies(1, 1).exits(1, 1).exits(2, 1);

        assertThat(script.answer(scale).orElseThrow().text())
                .contains("slot 1.1 (pid 101) exited unexpectedly")
                .endsWith("stays at 1 workers");
        assertThat(script.state().slots()).hasSize(1);
    }

    @Test
    void slotsBeingRemovedAreNotRolled() {
        TransitionScript script = TransitionScript.running(1);
        script.asks(new Request.Scale(2));
        script.pass(60);
        assertThat(script.phase(1, 1)).isEqualTo(Phase.STOPPING);

        long early = script.rolls();
        assertThat(script.answer(early).orElseThrow().text()).startsWith("a scale is in progress");

        script.exits(1, 1);
        long roll = script.rolls();
        script.readies(0, 2).retires(0, 1);
        assertThat(script.answer(roll)).contains(new RequestResult.Rolled(1, List.of(), List.of()));
    }

    @Test
    void shrinkingDrainsBeforeItStops() {
        TransitionScript script = TransitionScript.running(3);
        long scale = script.asks(new Request.Scale(1));
        assertThat(script.deeds())
                .containsExactly(
                        applies(Set.of(id(0, 1)), Set.of(0)),
                        new Action.Drain(id(1, 1)),
                        new Action.Drain(id(2, 1)));

        script.forget().retires(2, 1).retires(1, 1);
        assertThat(script.deeds())
                .containsExactly(
                        new Action.Terminate(id(2, 1), false),
                        new Action.CloseSockets(id(2, 1)),
                        new Action.Terminate(id(1, 1), false),
                        new Action.CloseSockets(id(1, 1)),
                        new Action.Reply(scale, new RequestResult.Scaled(3, 1)));
        assertThat(script.state().slots()).hasSize(1);
    }

    @Test
    void aLeavingWorkerThatCrashesIsNotRespawned() {
        TransitionScript script = TransitionScript.running(2);
        long scale = script.asks(new Request.Scale(1));

        script.forget().exits(1, 1);

        assertThat(script.spawned()).isEmpty();
        assertThat(script.said()).isEmpty();
        assertThat(script.answer(scale)).map(RequestResult::done).contains(true);
    }

    @Test
    void aSlotThatReturnsContinuesItsGenerationCount() {
        TransitionScript script = TransitionScript.running(2);
        script.asks(new Request.Scale(1));
        script.retires(1, 1).forget();

        script.asks(new Request.Scale(2));

        assertThat(script.spawned()).containsExactly(id(1, 2));
    }

    @Test
    void oneWorkerMoreAndOneLess() {
        TransitionScript script = TransitionScript.running(1);
        long more = script.asks(new Request.ScaleBy(1));
        script.readies(1, 1);
        assertThat(script.answer(more)).contains(new RequestResult.Scaled(1, 2));

        long less = script.asks(new Request.ScaleBy(-1));
        script.retires(1, 1);
        assertThat(script.answer(less)).contains(new RequestResult.Scaled(2, 1));

        long none = script.asks(new Request.ScaleBy(-1));
        assertThat(script.answer(none)).contains(new RequestResult.Scaled(1, 1));
        assertThat(script.served()).containsExactly(id(0, 1));
    }

    @Test
    void theNumberOfWorkersHasALimit() {
        TransitionScript script = TransitionScript.running(1);

        long scale = script.asks(new Request.Scale(257));

        assertThat(script.answer(scale)).contains(new RequestResult.TooManyWorkers(257, 256));
        assertThat(script.state().operation()).isEmpty();
    }

    @Test
    void growingSucceedsThroughTheNewSlotsWhileAnOldOneCrashLoops() {
        TransitionScript script = TransitionScript.running(2).exits(0, 1).exits(0, 2);
        long scale = script.asks(new Request.Scale(3));

        script.pass(1).exits(0, 3);
        assertThat(script.answer(scale)).isEmpty();

        script.readies(2, 1);
        assertThat(script.answer(scale)).contains(new RequestResult.Scaled(2, 3));
        assertThat(script.slot(0).history().crashLoop()).isTrue();
    }

    @Test
    void shrinkingEndsACrashLoop() {
        TransitionScript script = TransitionScript.running(2).exits(1, 1).exits(1, 2);
        assertThat(script.slot(1).history().waiting()).isTrue();

        long scale = script.asks(new Request.Scale(1));

        assertThat(script.answer(scale)).map(RequestResult::done).contains(true);
        assertThat(script.pass(60).spawned()).containsExactly(id(1, 2));
    }

    @Test
    void shrinkingToNoWorkerInServiceIsRefused() {
        TransitionScript script = TransitionScript.running(2).exits(0, 1).exits(0, 2);
        assertThat(script.served()).containsExactly(id(1, 1));

        long scale = script.asks(new Request.Scale(1));

        assertThat(script.answer(scale).orElseThrow().text())
                .startsWith("no worker would be left in service");
        assertThat(script.served()).containsExactly(id(1, 1));
    }

    @Test
    void anUnprovenSlotDoesNotKeepProvenOnesFromRespawning() {
        TransitionScript script = TransitionScript.running(2);
        script.asks(new Request.Scale(5));
        script.forget().exits(0, 1);

        assertThat(script.spawned()).containsExactly(id(0, 2));
    }
}
