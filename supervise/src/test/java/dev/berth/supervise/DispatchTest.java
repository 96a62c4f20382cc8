package dev.berth.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.RequestResult;
import dev.berth.supervise.contract.Status;
import dev.berth.sys.Capability;
import dev.berth.sys.Processes;
import dev.berth.sys.Signal;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.RequiresCapability;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// Workers to which a dispatcher passes connections.
@ExtendWith(LeakCheck.class)
@RequiresCapability(Capability.SYS_ADMIN)
class DispatchTest {
    private static final String HOST = "127.0.0.1";
    private static final int PORT = NamespacedSupervisor.PORT;

    /// Receives connections as the library does, and answers each with `SLOT.GENERATION`.
    private static final String SERVER =
            """
            import os, socket
            s = socket.socket(fileno=int(os.environ["BERTH_DISPATCH_FD"]))
            me = os.environ["BERTH_SLOT"] + "." + os.environ["BERTH_GENERATION"]
            s.send(b"ready 1")
            while True:
                packet, fds, _, _ = socket.recv_fds(s, 256, 1)
                if packet in (b"drain", b""):
                    break
                if not fds:
                    continue
                c = socket.socket(fileno=fds[0])
                c.recv(4096)
                c.sendall(b"HTTP/1.0 200 OK\\r\\n\\r\\n" + me.encode())
                c.close()
            while packet:
                packet, _, _, _ = socket.recv_fds(s, 256, 1)
            """;

    @TempDir private Path directory;
    private NamespacedSupervisor supervisor;

    @BeforeEach
    void open() throws Exception {
        supervisor = NamespacedSupervisor.open(directory).dispatch().listen(HOST + ":" + PORT);
    }

    @AfterEach
    void close() throws Exception {
        supervisor.close();
    }

    private NamespacedSupervisor start(int workers) throws Exception {
        return supervisor.workers(workers).start(Programs.python(), "-c", SERVER);
    }

    private List<String> answers(int count) throws Exception {
        return supervisor.inside(
                () -> {
                    List<String> answers = new ArrayList<>();
                    for (int i = 0; i < count; i++) {
                        answers.add(ClientLoad.ask(NamespacedSupervisor.at(HOST, PORT)));
                    }
                    return answers;
                });
    }

    @Test
    void everySlotServesInTurnAndARollLosesNothing() throws Exception {
        start(3);
        assertThat(answers(30)).containsOnly("0.1", "1.1", "2.1");
        supervisor.servesAndRolls(HOST, PORT);
        assertThat(supervisor.served(HOST, PORT, 6)).containsOnly("0.2", "1.2", "2.2");
    }

    @Test
    void statusShowsTheListenerAndTheConnectionsPassed() throws Exception {
        start(2);
        answers(10);
        Status status = supervisor.status();
        assertThat(status.adopt()).isEqualTo("dispatch");
        assertThat(status.steer()).isEqualTo("round-robin (dispatcher)");
        assertThat(status.listen()).containsExactly("tcp://127.0.0.1:" + PORT);
        for (Status.SlotStatus slot : status.slots()) {
            assertThat(slot.sockets()).hasSize(1);
            Status.SocketStatus socket = slot.sockets().getFirst();
            assertThat(socket.listen()).isEqualTo("tcp://127.0.0.1:" + PORT);
            assertThat(socket.steered()).hasValue(5);
            assertThat(socket.queue()).hasValue(0);
            assertThat(socket.backlog()).hasValue(512);
        }
    }

    @Test
    void aSingleWorkerIsRolledWithoutLoss() throws Exception {
        start(1);
        supervisor.rollUnseen(HOST, PORT);
        assertThat(supervisor.served(HOST, PORT, 3)).containsOnly("0.2");
    }

    @Test
    void slotsCanBeAddedAndRemoved() throws Exception {
        start(2);
        assertThat(supervisor.ask(new Request.Scale(4)).text()).isEqualTo("scaled from 2 to 4");
        assertThat(supervisor.slots(HOST, PORT)).containsOnly(0, 1, 2, 3);
        assertThat(supervisor.ask(new Request.Scale(1)).done()).isTrue();
        assertThat(supervisor.slots(HOST, PORT)).containsOnly(0);
    }

    @Test
    void aDrainedSlotGetsNothingAndComesBack() throws Exception {
        start(2);
        assertThat(supervisor.ask(new Request.Drain(0)).done()).isTrue();
        assertThat(supervisor.slots(HOST, PORT)).containsOnly(1);
        assertThat(supervisor.ask(new Request.Undrain(0)).done()).isTrue();
        assertThat(supervisor.served(HOST, PORT, 10)).containsOnly("0.1", "1.1");
    }

    @Test
    void aCrashCostsOnlyConnectionsThatTheWorkerHadReceived() throws Exception {
        start(2);
        try (ClientLoad clientLoad = supervisor.load(HOST, PORT, 4)) {
            for (int i = 0; i < 5; i++) {
                int then = clientLoad.answered();
                supervisor.await("answers", () -> clientLoad.answered() > then + 50);
                int generation = supervisor.slot(0).generation();
                Processes.kill(supervisor.pid(0), Signal.KILL.number());
                supervisor.await("a successor", () -> supervisor.slot(0).generation() > generation);
                supervisor.awaitReady();
            }
            assertThat(clientLoad.end()).hasSizeLessThanOrEqualTo(5);
        }
    }

    @Test
    void aStoppedWorkersConnectionsGoToItsSiblingAndItIsFlagged() throws Exception {
        start(2);
        int pid = supervisor.pid(0);
        try (QueuedClients queued = QueuedClients.stop(pid)) {
            supervisor.inside(() -> queued.fill(20));
            assertThat(queued.answers()).doesNotContain("0.1");
            assertThat(supervisor.dispatched().requeued()).isPositive();
            supervisor.awaitSaid(
                    "slot 0.1 (pid " + pid + ") is not taking connections; it may be hung");
            Status status = supervisor.status();
            assertThat(status.slots().stream().map(Status.SlotStatus::stalled))
                    .containsExactly(true, false);
            assertThat(status.notes())
                    .contains("slot 0 is not taking connections; its worker may be hung");
            Processes.kill(pid, Signal.CONT.number());
            supervisor.awaitSaid("slot 0.1 (pid " + pid + ") takes connections again");
            assertThat(supervisor.slot(0).stalled()).isFalse();
        }
    }

    @Test
    void thePolicyCanBeChangedAndAKernelPolicyIsRefused() throws Exception {
        start(3);
        RequestResult done = supervisor.ask(new Request.Steer(new Policy.Source()));
        assertThat(done.text()).isEqualTo("steered by source from now on");
        assertThat(supervisor.served(HOST, PORT, 20)).hasSize(1);
        assertThat(supervisor.ask(new Request.Steer(new Policy.LeastConnections())).done())
                .isTrue();
        assertThat(supervisor.status().steer()).isEqualTo("least-connections (dispatcher)");
        assertThat(supervisor.slots(HOST, PORT)).containsOnly(0, 1, 2);
        RequestResult refused = supervisor.ask(new Request.Steer(new Policy.Hash()));
        assertThat(refused.done()).isFalse();
        assertThat(refused.text())
                .isEqualTo(
                        "hash is not available: with --share dispatch, use round-robin,"
                                + " least-connections or source");
    }

    @Test
    void theInitialPolicyHoldsFromTheFirstConnection() throws Exception {
        supervisor.policy("source");
        start(3);
        assertThat(supervisor.served(HOST, PORT, 20)).hasSize(1);
    }

    @Test
    void newConnectionsCanBeRefused() throws Exception {
        start(1);
        assertThat(supervisor.ask(new Request.Shed(true)).done()).isTrue();
        supervisor.await(
                "a reset",
                () -> {
                    try {
                        supervisor.ask(HOST, PORT);
                        return false;
                    } catch (IOException reset) {
                        return true;
                    }
                });
        assertThat(supervisor.ask(new Request.Shed(false)).done()).isTrue();
        supervisor.await(
                "an answer",
                () -> {
                    try {
                        return supervisor.ask(HOST, PORT).equals("0.1");
                    } catch (IOException reset) {
                        return false;
                    }
                });
    }

    @Test
    void queuedClientsAreServedOnAStop() throws Exception {
        start(1);
        try (QueuedClients queued = QueuedClients.stop(supervisor.pid(0))) {
            supervisor.inside(() -> queued.fill(60));
            CompletableFuture<RequestResult> stopped = supervisor.begin(new Request.Stop());
            supervisor.await(
                    "no newcomer", () -> supervisor.inside(supervisor::listeners).isEmpty());
            Processes.kill(supervisor.pid(0), Signal.CONT.number());
            assertThat(queued.answers()).containsOnly("0.1");
            assertThat(stopped.get().done()).isTrue();
            assertThat(supervisor.awaitEnd()).isZero();
        }
    }

    @Test
    void aWorkerWithAnotherProtocolVersionFailsAtOnceWithTheReason() throws Exception {
        supervisor
                .workers(1)
                .begin(
                        Programs.python(),
                        "-c",
                        """
                        import socket, time
                        socket.socket(fileno=3).send(b"ready 2")
                        time.sleep(600)
                        """);
        assertThat(supervisor.awaitEnd()).isOne();
        assertThat(supervisor.said()).contains("speaks another version");
    }

    @Test
    void aWorkerThatStopsAcceptingIsReplacedAndFinishesItsConnections() throws Exception {
        supervisor
                .workers(1)
                .start(
                        Programs.python(),
                        "-c",
                        """
                        import os, signal, socket, time
                        s = socket.socket(fileno=3)
                        s.send(b"ready 1")
                        _, fds, _, _ = socket.recv_fds(s, 256, 1)
                        c = socket.socket(fileno=fds[0])
                        c.recv(4096)
                        first = os.environ["BERTH_GENERATION"] == "1"
                        if first:
                            signal.signal(signal.SIGTERM, signal.SIG_IGN)
                            s.send(b"bye")
                            c.recv(4096)
                        c.sendall(b"\\r\\n\\r\\n" + os.environ["BERTH_GENERATION"].encode())
                        c.close()
                        while not first:
                            time.sleep(1)
                        """);
        try (Socket first = supervisor.inside(() -> new Socket(HOST, PORT))) {
            first.getOutputStream().write('x');
            supervisor.awaitSaid("closed its listener and takes no more connections");
            assertThat(supervisor.ask(HOST, PORT)).isEqualTo("2");
            first.getOutputStream().write('y');
            assertThat(new String(first.getInputStream().readAllBytes(), US_ASCII)).endsWith("1");
        }
    }
}
