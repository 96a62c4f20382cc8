package dev.berth.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.berth.supervise.contract.Outcome;
import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.Request;
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
    private static final int PORT = Harbour.PORT;

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
    private Harbour harbour;

    @BeforeEach
    void open() throws Exception {
        harbour = Harbour.open(directory).dispatch().listen(HOST + ":" + PORT);
    }

    @AfterEach
    void close() throws Exception {
        harbour.close();
    }

    private Harbour start(int workers) throws Exception {
        return harbour.workers(workers).start(Programs.python(), "-c", SERVER);
    }

    private List<String> answers(int count) throws Exception {
        return harbour.inside(
                () -> {
                    List<String> answers = new ArrayList<>();
                    for (int i = 0; i < count; i++) {
                        answers.add(Load.ask(Harbour.at(HOST, PORT)));
                    }
                    return answers;
                });
    }

    @Test
    void everySlotServesInTurnAndARollLosesNothing() throws Exception {
        start(3);
        assertThat(answers(30)).containsOnly("0.1", "1.1", "2.1");
        harbour.servesAndRolls(HOST, PORT);
        assertThat(harbour.served(HOST, PORT, 6)).containsOnly("0.2", "1.2", "2.2");
    }

    @Test
    void statusShowsTheListenerAndTheConnectionsPassed() throws Exception {
        start(2);
        answers(10);
        Status status = harbour.status();
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
        harbour.rollUnseen(HOST, PORT);
        assertThat(harbour.served(HOST, PORT, 3)).containsOnly("0.2");
    }

    @Test
    void slotsCanBeAddedAndRemoved() throws Exception {
        start(2);
        assertThat(harbour.ask(new Request.Scale(4)).text()).isEqualTo("scaled from 2 to 4");
        assertThat(harbour.slots(HOST, PORT)).containsOnly(0, 1, 2, 3);
        assertThat(harbour.ask(new Request.Scale(1)).done()).isTrue();
        assertThat(harbour.slots(HOST, PORT)).containsOnly(0);
    }

    @Test
    void aDrainedSlotGetsNothingAndComesBack() throws Exception {
        start(2);
        assertThat(harbour.ask(new Request.Drain(0)).done()).isTrue();
        assertThat(harbour.slots(HOST, PORT)).containsOnly(1);
        assertThat(harbour.ask(new Request.Undrain(0)).done()).isTrue();
        assertThat(harbour.served(HOST, PORT, 10)).containsOnly("0.1", "1.1");
    }

    @Test
    void aCrashCostsOnlyConnectionsThatTheWorkerHadReceived() throws Exception {
        start(2);
        try (Load load = harbour.load(HOST, PORT, 4)) {
            for (int i = 0; i < 5; i++) {
                int then = load.answered();
                harbour.await("answers", () -> load.answered() > then + 50);
                int generation = harbour.slot(0).generation();
                Processes.kill(harbour.pid(0), Signal.KILL.number());
                harbour.await("a successor", () -> harbour.slot(0).generation() > generation);
                harbour.awaitReady();
            }
            assertThat(load.end()).hasSizeLessThanOrEqualTo(5);
        }
    }

    @Test
    void aStoppedWorkersConnectionsGoToItsSiblingAndItIsFlagged() throws Exception {
        start(2);
        int pid = harbour.pid(0);
        try (Waiting waiting = Waiting.stop(pid)) {
            harbour.inside(() -> waiting.fill(20));
            assertThat(waiting.answers()).doesNotContain("0.1");
            assertThat(harbour.dispatched().requeued()).isPositive();
            harbour.awaitSaid(
                    "slot 0.1 (pid " + pid + ") is not taking connections; it may be hung");
            Status status = harbour.status();
            assertThat(status.slots().stream().map(Status.SlotStatus::stalled))
                    .containsExactly(true, false);
            assertThat(status.notes())
                    .contains("slot 0 is not taking connections; its worker may be hung");
            Processes.kill(pid, Signal.CONT.number());
            harbour.awaitSaid("slot 0.1 (pid " + pid + ") takes connections again");
            assertThat(harbour.slot(0).stalled()).isFalse();
        }
    }

    @Test
    void thePolicyCanBeChangedAndAKernelPolicyIsRefused() throws Exception {
        start(3);
        Outcome done = harbour.ask(new Request.Steer(new Policy.Source()));
        assertThat(done.text()).isEqualTo("steered by source from now on");
        assertThat(harbour.served(HOST, PORT, 20)).hasSize(1);
        assertThat(harbour.ask(new Request.Steer(new Policy.LeastConnections())).done()).isTrue();
        assertThat(harbour.status().steer()).isEqualTo("least-connections (dispatcher)");
        assertThat(harbour.slots(HOST, PORT)).containsOnly(0, 1, 2);
        Outcome refused = harbour.ask(new Request.Steer(new Policy.Hash()));
        assertThat(refused.done()).isFalse();
        assertThat(refused.text())
                .isEqualTo(
                        "hash is not available: with --share dispatch, use round-robin,"
                                + " least-connections or source");
    }

    @Test
    void theInitialPolicyHoldsFromTheFirstConnection() throws Exception {
        harbour.policy("source");
        start(3);
        assertThat(harbour.served(HOST, PORT, 20)).hasSize(1);
    }

    @Test
    void newConnectionsCanBeRefused() throws Exception {
        start(1);
        assertThat(harbour.ask(new Request.Shed(true)).done()).isTrue();
        harbour.await(
                "a reset",
                () -> {
                    try {
                        harbour.ask(HOST, PORT);
                        return false;
                    } catch (IOException reset) {
                        return true;
                    }
                });
        assertThat(harbour.ask(new Request.Shed(false)).done()).isTrue();
        harbour.await(
                "an answer",
                () -> {
                    try {
                        return harbour.ask(HOST, PORT).equals("0.1");
                    } catch (IOException reset) {
                        return false;
                    }
                });
    }

    @Test
    void queuedClientsAreServedOnAStop() throws Exception {
        start(1);
        try (Waiting waiting = Waiting.stop(harbour.pid(0))) {
            harbour.inside(() -> waiting.fill(60));
            CompletableFuture<Outcome> stopped = harbour.begin(new Request.Stop());
            harbour.await("no newcomer", () -> harbour.inside(harbour::listeners).isEmpty());
            Processes.kill(harbour.pid(0), Signal.CONT.number());
            assertThat(waiting.answers()).containsOnly("0.1");
            assertThat(stopped.get().done()).isTrue();
            assertThat(harbour.awaitEnd()).isZero();
        }
    }

    @Test
    void aWorkerWithAnotherProtocolVersionFailsAtOnceWithTheReason() throws Exception {
        harbour.workers(1)
                .begin(
                        Programs.python(),
                        "-c",
                        """
                        import socket, time
                        socket.socket(fileno=3).send(b"ready 2")
                        time.sleep(600)
                        """);
        assertThat(harbour.awaitEnd()).isOne();
        assertThat(harbour.said()).contains("speaks another version");
    }

    @Test
    void aWorkerThatStopsAcceptingIsReplacedAndFinishesItsConnections() throws Exception {
        harbour.workers(1)
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
        try (Socket first = harbour.inside(() -> new Socket(HOST, PORT))) {
            first.getOutputStream().write('x');
            harbour.awaitSaid("closed its listener and takes no more connections");
            assertThat(harbour.ask(HOST, PORT)).isEqualTo("2");
            first.getOutputStream().write('y');
            assertThat(new String(first.getInputStream().readAllBytes(), US_ASCII)).endsWith("1");
        }
    }
}
