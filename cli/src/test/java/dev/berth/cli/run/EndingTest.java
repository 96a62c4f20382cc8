package dev.berth.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.cli.remote.Statuses;
import dev.berth.supervise.contract.Outcome;
import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.Status;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

class EndingTest {
    private final List<Request> asked = new ArrayList<>();
    private final List<CompletableFuture<Outcome>> answers = new ArrayList<>();

    private final Ending ending =
            new Ending(
                    new Supervised() {
                        @Override
                        public CompletableFuture<Outcome> ask(Request request) {
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
        var first = ending.ask(new Request.Stop());
        var second = ending.ask(new Request.Stop());
        assertThat(asked).containsExactly(new Request.Stop());
        answers.getFirst().complete(new Outcome(true, "stopped"));
        assertThat(first).isCompleted();
        assertThat(second).isCompletedWithValue(new Outcome(true, "stopped"));
    }

    @Test
    void aSignalAfterAStopDoesNotSpeedItUpButTheNextOneDoes() {
        var _ = ending.ask(new Request.Stop());
        assertThat(ending.signal()).isFalse();
        assertThat(asked).hasSize(1);
        assertThat(ending.signal()).isTrue();
        assertThat(asked).containsExactly(new Request.Stop(), new Request.Stop());
    }

    @Test
    void aStopAfterASignalDoesNotSpeedItUp() {
        ending.signal();
        var _ = ending.ask(new Request.Stop());
        assertThat(asked).hasSize(1);
    }

    @Test
    void otherRequestsArePassedOn() {
        var _ = ending.ask(new Request.Scale(3));
        var _ = ending.ask(new Request.Scale(3));
        assertThat(asked).hasSize(2);
    }
}
