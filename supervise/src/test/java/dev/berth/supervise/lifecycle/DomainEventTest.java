package dev.berth.supervise.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.supervise.contract.DomainEvent;
import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.UserMessages;
import dev.berth.sys.ExitStatus;

import org.junit.jupiter.api.Test;

import java.util.List;

class DomainEventTest {
    @Test
    void aRollIsReportedFromBeginningToEnd() {
        TransitionScript script = TransitionScript.running(1);

        script.rolls();
        script.readies(0, 2).retires(0, 1);

        assertThat(script.events())
                .containsExactly(
                        new DomainEvent.RollBegan(List.of(0)),
                        new DomainEvent.WorkerStarted(TransitionScript.id(0, 2), 200),
                        new DomainEvent.WorkerReady(TransitionScript.id(0, 2), 200),
                        new DomainEvent.WorkerExited(
                                TransitionScript.id(0, 1),
                                100,
                                ExitStatus.exited(0),
                                DomainEvent.ExitReason.ORDERED,
                                ""),
                        new DomainEvent.RollEnded(true));
        assertThat(script.said()).isEqualTo("slot 0.2 is ready, pid 200");
    }

    @Test
    void aRollThatAStopInterruptsHasEnded() {
        TransitionScript script = TransitionScript.running(1);

        script.rolls();
        script.asks(new Request.Stop());

        assertThat(script.events()).contains(new DomainEvent.RollEnded(false));
    }

    @Test
    void anUnexpectedExitIsReportedWithItsReason() {
        TransitionScript script = TransitionScript.running(2).exits(1, 1);

        DomainEvent exited =
                new DomainEvent.WorkerExited(
                        TransitionScript.id(1, 1),
                        101,
                        ExitStatus.exited(3),
                        DomainEvent.ExitReason.CRASHED,
                        "");
        assertThat(script.events()).contains(exited);
        assertThat(UserMessages.of(exited))
                .contains("slot 1.1 (pid 101) exited unexpectedly: exit 3");
    }
}
