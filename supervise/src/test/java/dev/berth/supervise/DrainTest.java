package dev.berth.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.supervise.contract.Command;
import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.RequestResult;
import dev.berth.supervise.contract.Settings;
import dev.berth.supervise.contract.SettingsVariants;
import dev.berth.testkit.FreePort;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.RequiresProgram;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

/// A worker that gets no new connections is told to stop once it is quiet.
@ExtendWith(LeakCheck.class)
@RequiresProgram("python3")
class DrainTest {
    private static final Duration LONG = Duration.ofMinutes(3);

    /// Keeps connections open: responds to `a NUMBER` with its pid after that many milliseconds,
    /// with one thread per connection.
    private static Command keeper(int port) {
        String script =
                """
                import os, socket, threading, time
                def serve(c):
                    f = c.makefile("r")
                    for line in f:
                        time.sleep(int(line.split()[1]) / 1000)
                        c.sendall(b"%%d\\n" %% os.getpid())
                s = socket.socket()
                s.bind(("127.0.0.1", %d))
                s.listen()
                while True:
                    c, _ = s.accept()
                    threading.Thread(target=serve, args=(c,), daemon=True).start()
                """
                        .formatted(port);
        return new Command(List.of(Programs.python(), "-c", script));
    }

    private static SupervisorFixture rig(int port, int workers, Duration drain) throws IOException {
        Settings settings =
                SupervisorFixture.Setup.timed(
                        Settings.Ready.LISTENING, drain, Duration.ofSeconds(10));
        return SupervisorFixture.start(
                        new SupervisorFixture.Setup()
                                .command(keeper(port))
                                .workers(workers)
                                .settings(settings))
                .awaitReady();
    }

    /// A connection that stays open.
    private record Client(Socket socket) implements AutoCloseable {
        static Client to(int port) throws IOException {
            return new Client(SupervisorFixture.connect(port));
        }

        void ask(int millis) throws IOException {
            socket.getOutputStream().write(("a " + millis + "\n").getBytes());
        }

        void askInTwoSegments(int millis) throws IOException {
            socket.setTcpNoDelay(true);
            socket.getOutputStream().write("a ".getBytes());
            socket.getOutputStream().write((millis + "\n").getBytes());
        }

        /// The pid that answers; −1 if the connection ends without a response.
        int answer() throws IOException {
            StringBuilder text = new StringBuilder();
            int next;
            while ((next = socket.getInputStream().read()) >= 0 && next != '\n') {
                text.append((char) next);
            }
            return next < 0 ? -1 : Integer.parseInt(text.toString());
        }

        int exchange() throws IOException {
            ask(0);
            return answer();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    @Test
    void anIdleConnectionDoesNotDelayTheStop() throws Exception {
        int port = FreePort.tcp();
        try (SupervisorFixture fixture = rig(port, 1, LONG);
                Client idle = Client.to(port)) {
            int old = idle.exchange();
            assertThat(fixture.ask(new Request.Roll(Optional.empty())).done()).isTrue();
            assertThat(fixture.pid(0)).isNotEqualTo(old);
            assertThat(idle.answer()).isEqualTo(-1);
        }
    }

    @Test
    void aRequestInProgressDelaysTheStopUntilItsAnswer() throws Exception {
        int port = FreePort.tcp();
        try (SupervisorFixture fixture = rig(port, 1, LONG);
                Client busy = Client.to(port)) {
            int old = busy.exchange();
            // The kernel's clock must advance between the response and the next request.
            Thread.sleep(30);
            busy.ask(1_500);
            Future<RequestResult> roll = fixture.supervisor.ask(new Request.Roll(Optional.empty()));
            fixture.await(
                    () ->
                            fixture.slot(0).workers().size() == 2
                                    && fixture.slot(0).generation() == 2);
            assertThat(busy.answer()).isEqualTo(old);
            assertThat(roll).isNotDone();
            assertThat(roll.get().done()).isTrue();
        }
    }

    @Test
    void aRequestRightAfterTheHandshakeIsInProgress() throws Exception {
        int port = FreePort.tcp();
        try (SupervisorFixture fixture = rig(port, 1, LONG);
                Client busy = Client.to(port)) {
            int old = fixture.pid(0);
            busy.ask(1_500);
            assertThat(fixture.ask(new Request.Roll(Optional.empty())).done()).isTrue();
            assertThat(busy.answer()).isEqualTo(old);
        }
    }

    @Test
    void requestsRightAfterAnAnswerAreInProgress() throws Exception {
        int port = FreePort.tcp();
        List<Client> clients = new ArrayList<>();
        try (SupervisorFixture fixture = rig(port, 1, LONG)) {
            int old = fixture.pid(0);
            for (int i = 0; i < 20; i++) {
                Client client = Client.to(port);
                clients.add(client);
                client.exchange();
                if (i % 2 == 0) {
                    client.ask(2_000);
                } else {
                    client.askInTwoSegments(2_000);
                }
            }
            assertThat(fixture.ask(new Request.Roll(Optional.empty())).done()).isTrue();
            for (Client client : clients) {
                assertThat(client.answer()).isEqualTo(old);
            }
        } finally {
            for (Client client : clients) {
                client.close();
            }
        }
    }

    @Test
    void anAnswerWithPausesShorterThanIdleIsAwaited() throws Exception {
        int port = FreePort.tcp();
        String streams =
                """
                import socket, threading, time
                def serve(c):
                    c.recv(100)
                    for i in range(5):
                        c.sendall(b"%%d" %% i)
                        time.sleep(0.3)
                    c.sendall(b".")
                s = socket.socket()
                s.bind(("127.0.0.1", %d))
                s.listen()
                while True:
                    c, _ = s.accept()
                    threading.Thread(target=serve, args=(c,), daemon=True).start()
                """
                        .formatted(port);
        Settings settings =
                SettingsVariants.withIdle(
                        SupervisorFixture.Setup.timed(
                                Settings.Ready.LISTENING, LONG, Duration.ofSeconds(10)),
                        Duration.ofSeconds(1));
        Command command = new Command(List.of(Programs.python(), "-c", streams));
        try (SupervisorFixture fixture =
                        SupervisorFixture.start(
                                        new SupervisorFixture.Setup()
                                                .command(command)
                                                .settings(settings))
                                .awaitReady();
                Socket reader = SupervisorFixture.connect(port)) {
            reader.getOutputStream().write('a');
            Future<RequestResult> roll = fixture.supervisor.ask(new Request.Roll(Optional.empty()));
            assertThat(new String(reader.getInputStream().readAllBytes())).isEqualTo("01234.");
            assertThat(roll.get().done()).isTrue();
        }
    }

    @Test
    void itIsAwaitedNoLongerThanTheDrainTime() throws Exception {
        int port = FreePort.tcp();
        try (SupervisorFixture fixture = rig(port, 1, Duration.ofMillis(700));
                Client busy = Client.to(port)) {
            busy.exchange();
            busy.ask(60_000);
            RequestResult rolled = fixture.ask(new Request.Roll(Optional.empty()));
            assertThat(rolled.done()).isTrue();
            assertThat(rolled.text()).contains("1 connection with a request in progress");
            assertThat(endOf(busy)).isEqualTo(-1);
        }
    }

    private static int endOf(Client client) throws IOException {
        try {
            return client.answer();
        } catch (SocketException reset) {
            return -1;
        }
    }

    @Test
    void connectionsOfOtherSlotsDoNotMatter() throws Exception {
        int port = FreePort.tcp();
        List<Client> clients = new ArrayList<>();
        try (SupervisorFixture fixture = rig(port, 2, LONG)) {
            int other = fixture.pid(1);
            Client busy = Client.to(port);
            clients.add(busy);
            while (busy.exchange() != other) {
                busy = Client.to(port);
                clients.add(busy);
            }
            busy.ask(60_000);
            RequestResult drained = fixture.ask(new Request.Drain(0));
            assertThat(drained.text()).contains("none of its connections is busy");
            assertThat(busy.socket().getInputStream().available()).isZero();
            assertThat(fixture.pid(1)).isEqualTo(other);
        } finally {
            for (Client client : clients) {
                client.close();
            }
        }
    }

    @Test
    void aDrainedSlotGetsNothingUntilItIsUndrained() throws Exception {
        int port = FreePort.tcp();
        try (SupervisorFixture fixture = rig(port, 2, LONG)) {
            int held = fixture.pid(0);
            int other = fixture.pid(1);
            assertThat(fixture.ask(new Request.Drain(0)).done()).isTrue();
            assertThat(fixture.slot(0).state()).isEqualTo("draining");
            for (int i = 0; i < 20; i++) {
                try (Client client = Client.to(port)) {
                    assertThat(client.exchange()).isEqualTo(other);
                }
            }
            assertThat(fixture.ask(new Request.Undrain(0)).done()).isTrue();
            fixture.await(() -> answers(port, held));
        }
    }

    private static boolean answers(int port, int pid) {
        try (Client client = Client.to(port)) {
            return client.exchange() == pid;
        } catch (IOException failed) {
            throw new AssertionError(failed);
        }
    }

    @Test
    void connectionsAreCountedOverTheWholeTree() throws Exception {
        int port = FreePort.tcp();
        String forks =
                """
                import os, socket
                s = socket.socket()
                s.bind(("127.0.0.1", %d))
                s.listen()
                for i in range(2):
                    if os.fork() == 0:
                        os.setsid()
                        kept = []
                        while True:
                            c, _ = s.accept()
                            c.sendall(b"%%d\\n" %% os.getpid())
                            kept.append(c)
                os.wait()
                """
                        .formatted(port);
        Command command = new Command(List.of(Programs.python(), "-c", forks));
        try (SupervisorFixture fixture =
                        SupervisorFixture.start(new SupervisorFixture.Setup().command(command))
                                .awaitReady();
                Client one = Client.to(port);
                Client two = Client.to(port);
                Client three = Client.to(port)) {
            for (Client client : List.of(one, two, three)) {
                assertThat(client.answer()).isNotEqualTo(fixture.pid(0));
            }
            assertThat(fixture.slot(0).workers().getFirst().connections())
                    .isEqualTo(OptionalInt.of(3));
        }
    }

    @Test
    void aServerThatExitsAtOnceLosesNothingInRolls() throws Exception {
        int port = FreePort.tcp();
        AtomicBoolean over = new AtomicBoolean();
        try (SupervisorFixture fixture =
                        SupervisorFixture.start(
                                        new SupervisorFixture.Setup()
                                                .command(Programs.server(port, "")))
                                .awaitReady();
                ExecutorService clients = Executors.newFixedThreadPool(4)) {
            Callable<Integer> client =
                    () -> {
                        int answered = 0;
                        while (!over.get()) {
                            Integer.parseInt(SupervisorFixture.ask(port));
                            answered++;
                        }
                        return answered;
                    };
            List<Future<Integer>> answers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                answers.add(clients.submit(client));
            }
            for (int i = 0; i < 2; i++) {
                assertThat(fixture.ask(new Request.Roll(Optional.empty())).done()).isTrue();
            }
            over.set(true);
            for (Future<Integer> answered : answers) {
                assertThat(answered.get()).isPositive();
            }
        } finally {
            over.set(true);
        }
    }
}
