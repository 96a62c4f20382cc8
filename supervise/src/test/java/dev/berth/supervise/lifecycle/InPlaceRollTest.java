package dev.berth.supervise.lifecycle;

import static dev.berth.supervise.lifecycle.TrafficPlans.applies;
import static dev.berth.supervise.lifecycle.TrafficPlans.serving;
import static dev.berth.supervise.lifecycle.TransitionScript.NEW;
import static dev.berth.supervise.lifecycle.TransitionScript.OLD;
import static dev.berth.supervise.lifecycle.TransitionScript.id;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.RequestResult;
import dev.berth.supervise.contract.Settings;
import dev.berth.supervise.contract.SettingsVariants;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The next worker of a slot must not start before the old one has stopped, as with datagrams.
class InPlaceRollTest {
    @Test
    void theOldWorkerStopsBeforeTheNewOneStarts() {
        TransitionScript script = TransitionScript.running(SettingsVariants.inPlace(), 2);
        long roll = script.rolls(NEW);
        assertThat(script.deeds())
                .containsExactly(
                        applies(Set.of(id(1, 1)), Set.of(0, 1)),
                        new Action.Terminate(id(0, 1), false));

        script.forget().exits(0, 1);
        assertThat(script.deeds())
                .containsExactly(new Action.KeepQueue(id(0, 1)), new Action.Spawn(id(0, 2), NEW));

        script.readies(0, 2).exits(1, 1).readies(1, 2);
        assertThat(script.answer(roll)).contains(new RequestResult.Rolled(2, List.of(), List.of()));
    }

    @Test
    void datagramsKeepGoingToASlotWithoutAWorker() {
        TransitionScript script =
                TransitionScript.running(SettingsVariants.inPlace(), 2).exits(0, 1);

        TrafficPlan plan = script.orders(Action.Apply.class).getLast().plan();

        assertThat(plan.workers()).containsExactly(id(1, 1));
        assertThat(plan.datagrams()).containsExactlyInAnyOrder(0, 1);
    }

    @Test
    void datagramsDoNotGoToASlotThatIsDrained() {
        TransitionScript script = TransitionScript.running(SettingsVariants.inPlace(), 2);

        script.asks(new Request.Drain(0));

        assertThat(script.orders(Action.Apply.class).getLast().plan())
                .isEqualTo(serving(Set.of(id(1, 1)), Set.of(1), Set.of(0)));
    }

    @Test
    void datagramsDoNotGoToAnEmptySlotThatIsLeaving() {
        TransitionScript script =
                TransitionScript.running(SettingsVariants.inPlace(), 2).exits(1, 1).exits(1, 2);
        assertThat(script.slot(1).workers()).isEmpty();

        script.asks(new Request.Scale(1));

        assertThat(script.orders(Action.Apply.class).getLast().plan().datagrams())
                .containsExactly(0);
    }

    @Test
    void aNewCommandThatFailsIsFollowedByTheOldOne() {
        TransitionScript script = TransitionScript.running(SettingsVariants.inPlace(), 1);
        long roll = script.rolls(NEW);
        script.exits(0, 1).forget().exits(0, 2);

        assertThat(script.answer(roll).orElseThrow().text())
                .endsWith("slot 0 has no worker in service; it will be restarted as before");
        assertThat(script.orders()).contains(new Action.Spawn(id(0, 3), OLD));
    }

    @Test
    void aNewWorkerThatHangsIsStoppedBeforeTheOldCommandStarts() {
        TransitionScript script = TransitionScript.running(SettingsVariants.inPlace(), 1);
        script.rolls(NEW);
        script.exits(0, 1).pass(60);
        assertThat(script.phase(0, 2)).isEqualTo(Phase.STOPPING);
        assertThat(script.has(0, 3)).isFalse();

        script.exits(0, 2);
        assertThat(script.has(0, 3)).isTrue();
    }

    @Test
    void aSlotWaitingForItsOldWorkerCausesNoEndlessTicks() {
        Settings settings = SettingsVariants.inPlace(Optional.of(Duration.ofSeconds(1)));
        TransitionScript script = TransitionScript.begun(settings, 1).readies(0, 1).pass(5);
        script.rolls();

        assertThat(script.state().nextDeadline())
                .as("the end of patience with no worker ready")
                .isEqualTo(script.now() + 10_000);
    }
}
