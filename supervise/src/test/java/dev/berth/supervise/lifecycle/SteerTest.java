package dev.berth.supervise.lifecycle;

import static dev.berth.supervise.lifecycle.TransitionScript.NEW;
import static dev.berth.supervise.lifecycle.TransitionScript.id;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.RequestResult;
import dev.berth.supervise.contract.Settings;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// How the transition function treats new connections.
final class SteerTest {
    private static final Policy RANDOM = new Policy.Random();

    @Test
    void aPolicyAppliesOnceTheTableIsWritten() {
        TransitionScript script = TransitionScript.running(2);
        long steer = script.asks(new Request.Steer(RANDOM));
        assertThat(script.deeds()).containsExactly(new Action.Steer(steer, RANDOM));
        assertThat(script.state().traffic().policy()).isEqualTo(new Policy.Hash());

        script.tell(new Event.Steered(steer, RANDOM, Optional.empty()));
        assertThat(script.state().traffic().policy()).isEqualTo(RANDOM);
        assertThat(script.answer(steer)).map(RequestResult::done).contains(true);
    }

    @Test
    void aFailedWriteChangesNothingAndIsReported() {
        TransitionScript script = TransitionScript.running(2);
        long steer = script.asks(new Request.Steer(RANDOM));
        script.tell(new Event.Steered(steer, RANDOM, Optional.of("no memory")));
        assertThat(script.state().traffic().policy()).isEqualTo(new Policy.Hash());
        assertThat(script.answer(steer)).contains(new RequestResult(false, "no memory"));
    }

    @Test
    void aWeightForAMissingSlotIsRefused() {
        TransitionScript script = TransitionScript.running(2);
        long steer = script.asks(new Request.Steer(Policy.parse("weighted:2=5%")));
        assertThat(script.deeds()).noneMatch(Action.Steer.class::isInstance);
        assertThat(script.answer(steer).orElseThrow().text()).contains("no slot 2");
    }

    @Test
    void aRollNeitherPreventsNorUndoesAChange() {
        TransitionScript script = TransitionScript.running(2);
        long roll = script.rolls();
        long steer = script.asks(new Request.Steer(RANDOM));
        script.tell(new Event.Steered(steer, RANDOM, Optional.empty()));
        assertThat(script.answer(steer)).map(RequestResult::done).contains(true);

        script.readies(0, 2).retires(0, 1).readies(1, 2).retires(1, 1);
        assertThat(script.answer(roll)).map(RequestResult::done).contains(true);
        script.asks(new Request.Scale(3));
        assertThat(script.state().traffic().policy()).isEqualTo(RANDOM);
    }

    @Test
    void aStoppingServiceIsNoLongerSteered() {
        TransitionScript script = TransitionScript.running(2);
        script.asks(new Request.Stop());
        long steer = script.asks(new Request.Steer(RANDOM));
        assertThat(script.answer(steer)).map(RequestResult::done).contains(false);
    }

    @Test
    void sheddingIsAppliedOnceAndUndoneOnce() {
        TransitionScript script = TransitionScript.running(2);
        script.asks(new Request.Shed(true));
        long again = script.asks(new Request.Shed(true));
        assertThat(script.orders().stream().filter(new Action.Shed(true)::equals)).hasSize(1);
        assertThat(script.answer(again)).map(RequestResult::done).contains(true);
        script.asks(new Request.Shed(false));
        assertThat(script.orders()).contains(new Action.Shed(false));
        assertThat(script.state().traffic().shed()).isFalse();
    }

    private static Settings slow() {
        return Settings.defaults().withSlowStart(Duration.ofSeconds(10));
    }

    @Test
    void aFreshWorkersShareGrowsStepByStepButNotAtTheFirstStart() {
        TransitionScript script = TransitionScript.running(slow(), 2);
        assertThat(script.state().service().slowStarting()).isEmpty();

        script.rolls();
        script.readies(0, 2).forget();
        assertThat(script.state().service().slowStarting()).isEqualTo(Map.of(id(0, 2), 10));
        script.pass(Duration.ofMillis(1_000));
        assertThat(script.deeds())
                .contains(
                        new Action.Serve(
                                Set.of(id(0, 2), id(1, 1)),
                                Set.of(0, 1),
                                Set.of(),
                                Map.of(id(0, 2), 20)));
        script.pass(Duration.ofMillis(7_999));
        assertThat(script.state().service().slowStarting()).isEqualTo(Map.of(id(0, 2), 90));
        script.pass(Duration.ofMillis(1));
        assertThat(script.state().service().slowStarting()).isEmpty();
    }

    @Test
    void aRollDelaysTheNextSlotUntilTheFreshWorkerHasItsShare() {
        TransitionScript script = TransitionScript.running(slow(), 3);
        long roll = script.rolls();
        script.readies(0, 2).retires(0, 1).forget();
        Duration rest = Duration.ofMillis(8_999);
        assertThat(script.pass(rest).spawned()).as("while slot 0 warms up").isEmpty();

        script.pass(Duration.ofMillis(1));
        assertThat(script.state().service().slowStarting()).isEmpty();
        assertThat(script.spawned()).containsExactly(id(1, 2));

        script.readies(1, 2).retires(1, 1).pass(9);
        script.readies(2, 2).retires(2, 1);
        assertThat(script.answer(roll)).as("the last slot is not waited for").isPresent();
    }

    @Test
    void aWorkerThatCrashesWhileItWarmsUpEndsTheRoll() {
        TransitionScript script = TransitionScript.running(slow(), 2);
        long roll = script.rolls();
        script.readies(0, 2).retires(0, 1).pass(3).exits(0, 2);
        assertThat(script.answer(roll)).map(RequestResult::done).contains(false);
        assertThat(script.spawned()).doesNotContain(id(1, 2));
    }

    @Test
    void aRollbackWaitsForNoSlowStart() {
        TransitionScript script = TransitionScript.running(slow(), 3);
        script.rolls(NEW);
        script.readies(0, 2).retires(0, 1).pass(9);
        script.readies(1, 2).retires(1, 1).pass(9);
        script.exits(2, 2).forget();

        script.readies(1, 3).retires(1, 2);
        assertThat(script.spawned()).containsExactly(id(0, 3));
    }

    @Test
    void policiesThatHashTheClientHaveNoSlowStart() {
        TransitionScript script = TransitionScript.running(slow(), 2);
        long steer = script.asks(new Request.Steer(new Policy.Source()));
        assertThat(script.answer(steer).orElseThrow().text())
                .contains("does not support slow start");
    }
}
