package dev.berth.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.supervise.contract.Command;
import dev.berth.supervise.contract.Outcome;
import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.Steer;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.RequiresProgram;
import dev.berth.testkit.RequiresRoot;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/// Connections in the queue of a worker that dies are not lost.
@RequiresRoot
@RequiresProgram("python3")
@ExtendWith(LeakCheck.class)
final class QueueTest {
    private static final String V4 = "127.0.0.1";
    private static final int PORT = Harbour.PORT;

    /// The second worker of slot 0 is slow to listen.
    private static final String SLOW_SUCCESSOR =
            """
            if os.environ['BERTH_SLOT'] + os.environ['BERTH_GENERATION'] == '02':
                time.sleep(2)
            serve(listen(('0.0.0.0', 8080)))
            """;

    @TempDir Path directory;

    @ParameterizedTest
    @CsvSource({"1,EXTENDED", "1,CLASSIC", "1,NONE", "2,EXTENDED", "2,CLASSIC", "2,NONE"})
    void theQueueOfAKilledWorkerIsServed(int workers, Steer steer) throws Exception {
        try (Harbour harbour = Harbour.open(directory).workers(workers).steer(steer)) {
            harbour.start(SampleServers.plain(directory));
            int victim = harbour.pid(0);
            try (Waiting waiting = Waiting.stop(victim)) {
                harbour.await(
                        "a queue",
                        () -> {
                            harbour.inside(() -> waiting.fill(1));
                            return harbour.queue(0) >= 3;
                        });
                waiting.kill();
                assertThat(waiting.answers()).noneMatch(who -> who.endsWith(" " + victim));
            }
            harbour.awaitReady();
            assertThat(harbour.slot(0).generation()).isEqualTo(2);
            assertThat(harbour.slots(V4, PORT)).hasSize(workers);
            assertThat(harbour.slot(0).sockets()).hasSize(1);
            assertThat(harbour.status().strangers()).isEmpty();
        }
    }

    /// A worker may be taken out of service because it hangs; then others come and go.
    @ParameterizedTest
    @EnumSource(names = {"EXTENDED", "CLASSIC"})
    void theQueueOfADrainedSlotOutlivesItsWorkerAndChangesOfTheTable(Steer steer) throws Exception {
        try (Harbour harbour = Harbour.open(directory).workers(2).steer(steer)) {
            harbour.start(SampleServers.python(directory, SLOW_SUCCESSOR));
            int victim = harbour.pid(0);
            try (Waiting waiting = Waiting.stop(victim)) {
                harbour.await(
                        "a queue",
                        () -> {
                            harbour.inside(() -> waiting.fill(1));
                            return harbour.queue(0) >= 3;
                        });
                assertThat(harbour.ask(new Request.Drain(0)).done()).isTrue();
                waiting.kill();
                harbour.await("a successor", () -> harbour.slot(0).generation() == 2);
                assertThat(harbour.ask(new Request.Scale(3)).done()).isTrue();
                assertThat(harbour.ask(new Request.Scale(2)).done()).isTrue();
                assertThat(waiting.answers()).noneMatch(who -> who.endsWith(" " + victim));
            }
        }
    }

    @Test
    void withoutSteeringTheSameSocketIsPassedOn() throws Exception {
        try (Harbour harbour = Harbour.open(directory).workers(1).steer(Steer.NONE)) {
            harbour.start(SampleServers.plain(directory));
            long before = harbour.listener();
            harbour.roll();
            assertThat(harbour.listener()).isEqualTo(before);
            assertThat(harbour.served(V4, PORT, 10)).allMatch(who -> who.startsWith("0.2 "));
        }
    }

    @Test
    void aSocketThatWasPassedOnIsReturnedIfTheCandidateFails() throws Exception {
        try (Harbour harbour = Harbour.open(directory).workers(1).steer(Steer.NONE)) {
            harbour.start(SampleServers.plain(directory));
            long before = harbour.listener();
            String failing = "s = listen(('0.0.0.0', 8080))\nsys.exit(3)\n";
            Command command = new Command(List.of(SampleServers.python(directory, failing)));
            Outcome outcome = harbour.ask(new Request.Roll(Optional.of(command)));
            assertThat(outcome.done()).isFalse();
            assertThat(harbour.listener()).isEqualTo(before);
            assertThat(harbour.served(V4, PORT, 10)).allMatch(who -> who.startsWith("0.1 "));
            assertThat(harbour.slot(0).sockets()).hasSize(1);
            harbour.roll();
            assertThat(harbour.served(V4, PORT, 10)).allMatch(who -> who.startsWith("0.3 "));
        }
    }

    /// The queue of a dead worker whose slot has been removed belongs to no slot.
    @Test
    void theQueueLeftByASlotThatIsScaledAwayIsClosed() throws Exception {
        String once =
                """
                if os.environ['BERTH_SLOT'] == '1' and os.environ['BERTH_GENERATION'] != '1':
                    time.sleep(60)
                serve(listen(('0.0.0.0', 8080)))
                """;
        try (Harbour harbour = Harbour.open(directory).steer(Steer.CLASSIC)) {
            harbour.start(SampleServers.python(directory, once));
            dev.berth.sys.Processes.kill(harbour.pid(1), 9);
            harbour.await("the next one", () -> harbour.slot(1).generation() == 2);
            assertThat(harbour.slot(1).sockets()).hasSize(1);
            assertThat(harbour.ask(new Request.Scale(1)).done()).isTrue();
            assertThat(harbour.inside(harbour::listeners)).hasSize(1);
            assertThat(harbour.slots(V4, PORT)).containsExactly(0);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EXTENDED", "CLASSIC"})
    void scalingUpAndDownLosesNothing(Steer steer) throws Exception {
        try (Harbour harbour = Harbour.open(directory).steer(steer)) {
            harbour.start(SampleServers.plain(directory));
            try (Load load = harbour.load(V4, PORT, 6)) {
                for (int workers : new int[] {5, 1}) {
                    CompletableFuture<Outcome> scaled = harbour.begin(new Request.Scale(workers));
                    assertThat(scaled.get().done()).as(harbour.said()).isTrue();
                }
                assertThat(load.end()).as("failures; said: " + harbour.said()).isEmpty();
            }
            assertThat(harbour.slots(V4, PORT)).containsExactly(0);
        }
    }
}
