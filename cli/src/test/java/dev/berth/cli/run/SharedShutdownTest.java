package dev.berth.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.cli.remote.Statuses;
import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.RequestResult;
import dev.berth.supervise.contract.Status;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

class SharedShutdownTest {
    private final List<Request> asked = new ArrayList<>();
    private final List<CompletableFuture<RequestResult>> answers = new ArrayList<>();

    private final SharedShutdown shutdown =
            new SharedShutdown(
                    new SupervisorControl() {
                        @Override
                        public CompletableFuture<RequestResult> ask(Request request) {
                            asked.add(request);
                            answers.add(new CompletableFuture<>());
                            return answers.getLast();
                        }

                        @Override
                        public CompletableFuture<Status> status() {
                            return CompletableFuture.completedFuture(Statuses.rolling());
                        }
                    });

    @Test
    void aSecondStopWaitsForTheFirst() {
        var first = shutdown.ask(new Request.Stop());
        var second = shutdown.ask(new Request.Stop());
        assertThat(asked).containsExactly(new Request.Stop());
        answers.getFirst().complete(new RequestResult.Stopped());
        assertThat(first).isCompleted();
        assertThat(second).isCompletedWithValue(new RequestResult.Stopped());
    }

    @Test
    void aSignalAfterAStopDoesNotSpeedItUpButTheNextOneDoes() {
        var _ = shutdown.ask(new Request.Stop());
        assertThat(shutdown.signal()).isFalse();
        assertThat(asked).hasSize(1);
        assertThat(shutdown.signal()).isTrue();
        assertThat(asked).containsExactly(new Request.Stop(), new Request.Stop());
    }

    @Test
    void aStopAfterASignalDoesNotSpeedItUp() {
        shutdown.signal();
        var _ = shutdown.ask(new Request.Stop());
        assertThat(asked).hasSize(1);
    }

    @Test
    void otherRequestsArePassedOn() {
        var _ = shutdown.ask(new Request.Scale(3));
        var _ = shutdown.ask(new Request.Scale(3));
        assertThat(asked).hasSize(2);
    }
}
