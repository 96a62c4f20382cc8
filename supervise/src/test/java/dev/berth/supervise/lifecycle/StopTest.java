package dev.berth.supervise.lifecycle;

import static dev.berth.supervise.lifecycle.TrafficPlans.unserved;
import static dev.berth.supervise.lifecycle.TransitionScript.id;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.RequestResult;
import dev.berth.supervise.contract.Settings;

import org.junit.jupiter.api.Test;

import java.util.Set;

class StopTest {
    @Test
    void stoppingRefusesThenDrainsThenStops() {
        TransitionScript script = TransitionScript.running(2);
        long stop = script.asks(new Request.Stop());
        assertThat(script.deeds())
                .containsExactly(
                        new Action.Apply(unserved(Set.of(), Admission.CLOSING)),
                        new Action.Drain(id(0, 1)),
                        new Action.Drain(id(1, 1)));

        script.retires(0, 1);
        assertThat(script.answer(stop)).isEmpty();
        script.forget().retires(1, 1);
        assertThat(script.deeds())
                .containsExactly(
                        new Action.Terminate(id(1, 1), false),
                        new Action.CloseSockets(id(1, 1)),
                        new Action.Reply(stop, new RequestResult.Stopped()),
                        new Action.Quit(0));
    }

    @Test
    void aSecondStopKills() {
        TransitionScript script = TransitionScript.running(2);
        long first = script.asks(new Request.Stop());
        script.drains(0, 1).forget();

        long second = script.asks(new Request.Stop());

        assertThat(script.orders()).contains(new Action.Kill(id(0, 1)), new Action.Kill(id(1, 1)));
        assertThat(script.answer(first).orElseThrow().text())
                .startsWith("stop was requested again");
        assertThat(script.answer(second)).isEmpty();

        script.exits(0, 1).exits(1, 1);
        assertThat(script.answer(second)).contains(new RequestResult.Stopped());
        assertThat(script.orders().getLast()).isEqualTo(new Action.Quit(0));
    }

    @Test
    void stoppingReportsTheRollThatItEnds() {
        TransitionScript script = TransitionScript.running(2);
        long roll = script.rolls();
        script.forget();

        long stop = script.asks(new Request.Stop());

        assertThat(script.answer(roll)).contains(new RequestResult.Interrupted());
        assertThat(script.orders()).contains(new Action.Terminate(id(0, 2), false));
        script.exits(0, 2).retires(0, 1).retires(1, 1);
        assertThat(script.answer(stop)).map(RequestResult::done).contains(true);
    }

    @Test
    void nothingIsStartedWhileStopping() {
        TransitionScript script = TransitionScript.running(3).exits(0, 1).exits(0, 2);
        assertThat(script.slot(0).history().waiting()).isTrue();
        script.forget().asks(new Request.Stop());

        script.exits(1, 1).pass(60).exits(2, 1);

        assertThat(script.spawned()).isEmpty();
        assertThat(script.orders().getLast()).isEqualTo(new Action.Quit(0));
    }

    @Test
    void otherVerbsAreRefusedWhileStopping() {
        TransitionScript script = TransitionScript.running(1);
        script.asks(new Request.Stop());

        assertThat(script.answer(script.rolls()).orElseThrow().text())
                .startsWith("a stop is in progress");
    }

    @Test
    void aStopDuringTheFirstStartIsNotAFailure() {
        TransitionScript script = TransitionScript.begun(Settings.defaults(), 2);
        long stop = script.asks(new Request.Stop());

        script.exits(0, 1).exits(1, 1);

        assertThat(script.answer(stop)).map(RequestResult::done).contains(true);
        assertThat(script.orders().getLast()).isEqualTo(new Action.Quit(0));
    }

    @Test
    void aStartThatFailedKeepsItsExitCodeWhenAskedToStop() {
        TransitionScript script =
                TransitionScript.begun(Settings.defaults(), 2).exits(0, 1).forget();
        long stop = script.asks(new Request.Stop());
        assertThat(script.orders()).doesNotContain(new Action.Kill(id(1, 1)));

        script.exits(1, 1);

        assertThat(script.answer(stop)).contains(new RequestResult.Stopped());
        assertThat(script.orders().getLast()).isEqualTo(new Action.Quit(1));
    }
}
