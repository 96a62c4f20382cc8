package dev.berth.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.supervise.contract.Command;
import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.RequestResult;
import dev.berth.supervise.contract.SteeringBackend;
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
    private static final int PORT = NamespacedSupervisor.PORT;

    /// The second worker of slot 0 is slow to listen.
    private static final String SLOW_SUCCESSOR =
            """
            if os.environ['BERTH_SLOT'] + os.environ['BERTH_GENERATION'] == '02':
                time.sleep(2)
            serve(listen(('0.0.0.0', 8080)))
            """;

    @TempDir Path directory;

    @ParameterizedTest
    @CsvSource({"1,EBPF", "1,CBPF", "1,NONE", "2,EBPF", "2,CBPF", "2,NONE"})
    void theQueueOfAKilledWorkerIsServed(int workers, SteeringBackend backend) throws Exception {
        try (NamespacedSupervisor supervisor =
                NamespacedSupervisor.open(directory).workers(workers).steer(backend)) {
            supervisor.start(PythonServers.plain(directory));
            int victim = supervisor.pid(0);
            try (QueuedClients queued = QueuedClients.stop(victim)) {
                supervisor.await(
                        "a queue",
                        () -> {
                            supervisor.inside(() -> queued.fill(1));
                            return supervisor.queue(0) >= 3;
                        });
                queued.kill();
                assertThat(queued.answers()).noneMatch(who -> who.endsWith(" " + victim));
            }
            supervisor.awaitReady();
            assertThat(supervisor.slot(0).generation()).isEqualTo(2);
            assertThat(supervisor.slots(V4, PORT)).hasSize(workers);
            assertThat(supervisor.slot(0).sockets()).hasSize(1);
            assertThat(supervisor.status().foreignSockets()).isEmpty();
        }
    }

    /// A worker may be taken out of service because it hangs; then others come and go.
    @ParameterizedTest
    @EnumSource(names = {"EBPF", "CBPF"})
    void theQueueOfADrainedSlotOutlivesItsWorkerAndChangesOfTheTable(SteeringBackend backend)
            throws Exception {
        try (NamespacedSupervisor supervisor =
                NamespacedSupervisor.open(directory).workers(2).steer(backend)) {
            supervisor.start(PythonServers.python(directory, SLOW_SUCCESSOR));
            int victim = supervisor.pid(0);
            try (QueuedClients queued = QueuedClients.stop(victim)) {
                supervisor.await(
                        "a queue",
                        () -> {
                            supervisor.inside(() -> queued.fill(1));
                            return supervisor.queue(0) >= 3;
                        });
                assertThat(supervisor.ask(new Request.Drain(0)).done()).isTrue();
                queued.kill();
                supervisor.await("a successor", () -> supervisor.slot(0).generation() == 2);
                assertThat(supervisor.ask(new Request.Scale(3)).done()).isTrue();
                assertThat(supervisor.ask(new Request.Scale(2)).done()).isTrue();
                assertThat(queued.answers()).noneMatch(who -> who.endsWith(" " + victim));
            }
        }
    }

    @Test
    void withoutSteeringTheSameSocketIsPassedOn() throws Exception {
        try (NamespacedSupervisor supervisor =
                NamespacedSupervisor.open(directory).workers(1).steer(SteeringBackend.NONE)) {
            supervisor.start(PythonServers.plain(directory));
            long before = supervisor.listener();
            supervisor.roll();
            assertThat(supervisor.listener()).isEqualTo(before);
            assertThat(supervisor.served(V4, PORT, 10)).allMatch(who -> who.startsWith("0.2 "));
        }
    }

    @Test
    void aSocketThatWasPassedOnIsReturnedIfTheCandidateFails() throws Exception {
        try (NamespacedSupervisor supervisor =
                NamespacedSupervisor.open(directory).workers(1).steer(SteeringBackend.NONE)) {
            supervisor.start(PythonServers.plain(directory));
            long before = supervisor.listener();
            String failing = "s = listen(('0.0.0.0', 8080))\nsys.exit(3)\n";
            Command command = new Command(List.of(PythonServers.python(directory, failing)));
            RequestResult result = supervisor.ask(new Request.Roll(Optional.of(command)));
            assertThat(result.done()).isFalse();
            assertThat(supervisor.listener()).isEqualTo(before);
            assertThat(supervisor.served(V4, PORT, 10)).allMatch(who -> who.startsWith("0.1 "));
            assertThat(supervisor.slot(0).sockets()).hasSize(1);
            supervisor.roll();
            assertThat(supervisor.served(V4, PORT, 10)).allMatch(who -> who.startsWith("0.3 "));
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
        try (NamespacedSupervisor supervisor =
                NamespacedSupervisor.open(directory).steer(SteeringBackend.CBPF)) {
            supervisor.start(PythonServers.python(directory, once));
            dev.berth.sys.Processes.kill(supervisor.pid(1), 9);
            supervisor.await("the next one", () -> supervisor.slot(1).generation() == 2);
            assertThat(supervisor.slot(1).sockets()).hasSize(1);
            assertThat(supervisor.ask(new Request.Scale(1)).done()).isTrue();
            assertThat(supervisor.inside(supervisor::listeners)).hasSize(1);
            assertThat(supervisor.slots(V4, PORT)).containsExactly(0);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EBPF", "CBPF"})
    void scalingUpAndDownLosesNothing(SteeringBackend backend) throws Exception {
        try (NamespacedSupervisor supervisor =
                NamespacedSupervisor.open(directory).steer(backend)) {
            supervisor.start(PythonServers.plain(directory));
            try (ClientLoad clientLoad = supervisor.load(V4, PORT, 6)) {
                for (int workers : new int[] {5, 1}) {
                    CompletableFuture<RequestResult> scaled =
                            supervisor.begin(new Request.Scale(workers));
                    assertThat(scaled.get().done()).as(supervisor.said()).isTrue();
                }
                assertThat(clientLoad.end()).as("failures; said: " + supervisor.said()).isEmpty();
            }
            assertThat(supervisor.slots(V4, PORT)).containsExactly(0);
        }
    }
}
