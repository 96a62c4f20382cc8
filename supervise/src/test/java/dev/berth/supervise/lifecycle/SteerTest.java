package dev.berth.supervise.lifecycle;

import static dev.berth.supervise.lifecycle.TrafficPlans.serving;
import static dev.berth.supervise.lifecycle.TransitionScript.NEW;
import static dev.berth.supervise.lifecycle.TransitionScript.id;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.RequestResult;
import dev.berth.supervise.contract.Settings;
import dev.berth.supervise.contract.SettingsVariants;
import dev.berth.supervise.contract.WorkerId;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.HashMap;
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
        TrafficPlan before = serving(Set.of(id(0, 1), id(1, 1)), Set.of(0, 1));
        assertThat(script.deeds()).containsExactly(new Action.Apply(before.withPolicy(RANDOM)));
        assertThat(script.answer(steer)).isEmpty();
        assertThat(script.state().traffic().policy()).isEqualTo(new Policy.Hash());

        script.tell(new Event.Steered(RANDOM, Optional.empty()));
        assertThat(script.state().traffic().policy()).isEqualTo(RANDOM);
        assertThat(script.answer(steer)).map(RequestResult::done).contains(true);
    }

    @Test
    void aFailedWriteChangesNothingAndIsReported() {
        TransitionScript script = TransitionScript.running(2);
        long steer = script.asks(new Request.Steer(RANDOM));
        script.tell(new Event.Steered(RANDOM, Optional.of("no memory")));
        assertThat(script.state().traffic().policy()).isEqualTo(new Policy.Hash());
        assertThat(script.answer(steer)).contains(new RequestResult.Impossible("no memory"));
        assertThat(script.orders(Action.Apply.class).getLast().plan().policy())
                .isEqualTo(new Policy.Hash());
    }

    @Test
    void changesInQuickSuccessionAreAnsweredOneByOne() {
        TransitionScript script = TransitionScript.running(2);
        long first = script.asks(new Request.Steer(RANDOM));
        long second = script.asks(new Request.Steer(new Policy.RoundRobin()));
        long third = script.asks(new Request.Steer(RANDOM));
        assertThat(script.orders(Action.Apply.class)).hasSize(3);

        script.tell(new Event.Steered(RANDOM, Optional.empty()));
        assertThat(script.answer(first)).map(RequestResult::done).contains(true);
        assertThat(script.answer(second)).isEmpty();
        script.tell(new Event.Steered(new Policy.RoundRobin(), Optional.of("no memory")));
        assertThat(script.answer(second)).map(RequestResult::done).contains(false);
        assertThat(script.answer(third)).isEmpty();
        assertThat(script.state().trafficPlan().policy()).isEqualTo(RANDOM);

        script.tell(new Event.Steered(RANDOM, Optional.empty()));
        assertThat(script.answer(third)).map(RequestResult::done).contains(true);
        assertThat(script.state().traffic().policy()).isEqualTo(RANDOM);
    }

    @Test
    void aPolicyThatIsInUseNeedsNoNewTable() {
        TransitionScript script = TransitionScript.running(2);
        long steer = script.asks(new Request.Steer(new Policy.Hash()));
        assertThat(script.orders(Action.Apply.class)).isEmpty();
        assertThat(script.answer(steer)).map(RequestResult::done).contains(true);
    }

    @Test
    void aWeightForAMissingSlotIsRefused() {
        TransitionScript script = TransitionScript.running(2);
        long steer = script.asks(new Request.Steer(Policy.parse("weighted:2=5%")));
        assertThat(script.deeds()).noneMatch(Action.Apply.class::isInstance);
        assertThat(script.answer(steer).orElseThrow().text()).contains("no slot 2");
    }

    @Test
    void aRollNeitherPreventsNorUndoesAChange() {
        TransitionScript script = TransitionScript.running(2);
        long roll = script.rolls();
        long steer = script.asks(new Request.Steer(RANDOM));
        script.tell(new Event.Steered(RANDOM, Optional.empty()));
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
        assertThat(script.orders(Action.Apply.class))
                .extracting(apply -> apply.plan().admission())
                .containsExactly(Admission.SHED);
        assertThat(script.answer(again)).map(RequestResult::done).contains(true);
        script.asks(new Request.Shed(false));
        assertThat(script.orders(Action.Apply.class))
                .extracting(apply -> apply.plan().admission())
                .containsExactly(Admission.SHED, Admission.OPEN);
        assertThat(script.state().traffic().shed()).isFalse();
    }

    private static Settings slow() {
        return SettingsVariants.withSlowStart(Duration.ofSeconds(10));
    }

    private static Map<WorkerId, Integer> slowStarting(TransitionScript script) {
        Map<WorkerId, Integer> shares = new HashMap<>(script.state().trafficPlan().shares());
        shares.values().removeIf(percent -> percent == Worker.FULL_PERCENT);
        return shares;
    }

    @Test
    void aFreshWorkersShareGrowsStepByStepButNotAtTheFirstStart() {
        TransitionScript script = TransitionScript.running(slow(), 2);
        assertThat(slowStarting(script)).isEmpty();

        script.rolls();
        script.readies(0, 2).forget();
        assertThat(slowStarting(script)).isEqualTo(Map.of(id(0, 2), 10));
        script.pass(Duration.ofMillis(1_000));
        assertThat(script.deeds())
                .contains(
                        new Action.Apply(
                                new TrafficPlan(
                                        Map.of(id(0, 2), 20, id(1, 1), 100),
                                        Set.of(0, 1),
                                        Set.of(0, 1),
                                        new Policy.Hash(),
                                        Admission.OPEN)));
        script.pass(Duration.ofMillis(7_999));
        assertThat(slowStarting(script)).isEqualTo(Map.of(id(0, 2), 90));
        script.pass(Duration.ofMillis(1));
        assertThat(slowStarting(script)).isEmpty();
    }

    @Test
    void aRollDelaysTheNextSlotUntilTheFreshWorkerHasItsShare() {
        TransitionScript script = TransitionScript.running(slow(), 3);
        long roll = script.rolls();
        script.readies(0, 2).retires(0, 1).forget();
        Duration rest = Duration.ofMillis(8_999);
        assertThat(script.pass(rest).spawned()).as("while slot 0 warms up").isEmpty();

        script.pass(Duration.ofMillis(1));
        assertThat(slowStarting(script)).isEmpty();
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
