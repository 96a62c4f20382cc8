package dev.berth.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.supervise.contract.Command;
import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.RequestResult;
import dev.berth.supervise.contract.Settings;
import dev.berth.supervise.contract.SettingsVariants;
import dev.berth.supervise.contract.Status;
import dev.berth.sys.Capabilities;
import dev.berth.sys.Capability;
import dev.berth.testkit.FreePort;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.RequiresProgram;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// A new version that becomes ready but is bad: it accepts nothing, dies of its first connection,
/// or listens where fewer clients reach it. The old version is still there.
@ExtendWith(LeakCheck.class)
@RequiresProgram("python3")
class ProveTest {
    private static final String LISTENS =
            """
            import os, socket, sys, time
            s = socket.socket()
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            s.bind(("%s", %d))
            s.listen()
            """;

    /// The ways in which a version that listens and lives can be bad.
    enum Bad {
        ACCEPTS_NOTHING("time.sleep(600)", "accepts no connection"),
        DIES_OF_ITS_FIRST_CONNECTION("s.accept(); os._exit(4)", "exited unexpectedly: exit 4"),
        LOADS_AND_DIES("time.sleep(1.2); sys.exit(6)", "exit 6"),
        LOSES_ITS_CHILDREN(
                "\nwhile True:\n  if os.fork() == 0: time.sleep(0.1); os._exit(1)\n  os.wait()",
                "");

        private final String rest;
        private final String blame;

        Bad(String rest, String blame) {
            this.rest = rest;
            this.blame = blame;
        }

        Command on(int port) {
            return program("0.0.0.0", port, rest);
        }
    }

    private static Command program(String host, int port, String rest) {
        String script = LISTENS.formatted(host, port) + rest;
        return new Command(List.of(Programs.python(), "-c", script));
    }

    private static Command good(String host, int port) {
        String serve =
                """
                while True:
                    c, _ = s.accept()
                    c.recv(4096)
                    c.sendall(b"HTTP/1.0 200 OK\\r\\n\\r\\n%d" % os.getpid())
                    c.close()
                """;
        return program(host, port, serve);
    }

    /// On a busy machine, some client connects within this time.
    private static Settings quick() {
        return proving(Duration.ofSeconds(4));
    }

    private static Settings proving(Duration limit) {
        Settings quick = SupervisorFixture.Setup.quick(Settings.Ready.LISTENING);
        return SettingsVariants.proving(
                SettingsVariants.withStart(quick, Duration.ofSeconds(5)), limit);
    }

    private static SupervisorFixture start(Command command, int workers) throws Exception {
        return SupervisorFixture.start(
                        new SupervisorFixture.Setup()
                                .command(command)
                                .workers(workers)
                                .settings(quick()))
                .awaitReady();
    }

    private static InetSocketAddress at(int port) {
        return new InetSocketAddress("127.0.0.1", port);
    }

    /// Checks the connections that clients lost. Without eBPF, connections in the queue of a
    /// version are lost with it, however many there are; but no client is refused.
    private static void checkLost(List<String> errors, int most) {
        if (Capabilities.has(Capability.BPF)) {
            assertThat(errors).hasSizeLessThanOrEqualTo(most);
        } else {
            assertThat(errors).noneMatch(error -> error.contains("refused"));
        }
    }

    @ParameterizedTest
    @EnumSource(Bad.class)
    void theOldVersionReturnsAndQueuedClientsAreServed(Bad bad) throws Exception {
        int port = FreePort.tcp();
        try (SupervisorFixture fixture = start(good("0.0.0.0", port), 2)) {
            List<Integer> before = List.of(fixture.pid(0), fixture.pid(1));
            try (ClientLoad clientLoad = new ClientLoad(at(port), 4)) {
                RequestResult result = fixture.ask(new Request.Roll(Optional.of(bad.on(port))));

                assertThat(result.done()).isFalse();
                assertThat(result.text())
                        .contains(bad.blame)
                        .endsWith("the old generation serves on");
                assertThat(List.of(fixture.pid(0), fixture.pid(1))).isEqualTo(before);
                int then = clientLoad.answered();
                fixture.await(() -> clientLoad.answered() > then + 20);
                // Connections that it had accepted and not answered are lost with it.
                int lost = bad == Bad.DIES_OF_ITS_FIRST_CONNECTION ? 1 : 0;
                checkLost(clientLoad.end(), lost);
            }
        }
    }

    /// Like a program that was just started on a busy machine: it takes a while to die.
    @Test
    void aVersionThatDiesBetweenAcceptAndAnswerIsRolledBackToo() throws Exception {
        int port = FreePort.tcp();
        Settings patient = proving(Duration.ofMinutes(1));
        var setup =
                new SupervisorFixture.Setup()
                        .command(good("0.0.0.0", port))
                        .workers(1)
                        .settings(patient);
        try (SupervisorFixture fixture = SupervisorFixture.start(setup).awaitReady()) {
            int before = fixture.pid(0);
            try (ClientLoad clientLoad = new ClientLoad(at(port), 2)) {
                Command dies =
                        program("0.0.0.0", port, "c = s.accept(); time.sleep(2); os._exit(4)");
                RequestResult result = fixture.ask(new Request.Roll(Optional.of(dies)));

                assertThat(result.done()).isFalse();
                assertThat(result.text())
                        .contains("exited unexpectedly: exit 4")
                        .endsWith("the old generation serves on");
                assertThat(fixture.pid(0)).isEqualTo(before);
                checkLost(clientLoad.end(), 1);
            }
        }
    }

    @Test
    void anIdleRollToAVersionThatLoadsAndDiesIsRolledBackToo() throws Exception {
        int port = FreePort.tcp();
        try (SupervisorFixture fixture = start(good("0.0.0.0", port), 1)) {
            RequestResult result =
                    fixture.ask(new Request.Roll(Optional.of(Bad.LOADS_AND_DIES.on(port))));

            assertThat(result.done()).isFalse();
            assertThat(ClientLoad.ask(at(port))).isEqualTo(Integer.toString(fixture.pid(0)));
        }
    }

    @Test
    void anIdleRollToAGoodVersionWaitsForNoProof() throws Exception {
        int port = FreePort.tcp();
        Settings patient = proving(Duration.ofMinutes(10));
        SupervisorFixture.Setup setup =
                new SupervisorFixture.Setup()
                        .command(good("0.0.0.0", port))
                        .workers(2)
                        .settings(patient);
        try (SupervisorFixture fixture = SupervisorFixture.start(setup).awaitReady()) {
            assertThat(fixture.ask(new Request.Roll(Optional.empty())).text())
                    .isEqualTo("rolled 2 slots");
        }
    }

    @Test
    void aNarrowerAddressFailsUnlessAllowed() throws Exception {
        int port = FreePort.tcp();
        try (SupervisorFixture fixture = start(good("0.0.0.0", port), 2);
                ClientLoad clientLoad = new ClientLoad(at(port), 4)) {
            Command narrow = good("127.0.0.1", port);

            RequestResult refused = fixture.ask(new Request.Roll(Optional.of(narrow)));

            assertThat(refused.done()).isFalse();
            assertThat(refused.text())
                    .contains("listens on tcp://127.0.0.1:" + port)
                    .contains("does not cover tcp://0.0.0.0:" + port)
                    .contains("--allow-new-addresses")
                    .endsWith("the old generation serves on");
            assertThat(fixture.status().listen()).containsExactly("tcp://0.0.0.0:" + port);

            Request.Roll allowed =
                    new Request.Roll(Optional.of(narrow), Map.of(), OptionalInt.empty(), true);
            assertThat(fixture.ask(allowed).text()).isEqualTo("rolled 2 slots");
            fixture.await(
                    () -> fixture.status().listen().equals(List.of("tcp://127.0.0.1:" + port)));
            assertThat(clientLoad.end()).isEmpty();
        }
    }

    @Test
    void aVersionThatOpensItsPortsOneByOneIsGivenTime() throws Exception {
        int port = FreePort.tcp();
        int second = FreePort.tcp();
        String both =
                """
                time.sleep(%s)
                t = socket.socket()
                t.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                t.bind(("0.0.0.0", %d))
                t.listen()
                while True:
                    c, _ = s.accept()
                    c.recv(4096)
                    c.sendall(b"HTTP/1.0 200 OK\\r\\n\\r\\n%%d" %% os.getpid())
                    c.close()
                """;
        Command quick = program("0.0.0.0", port, both.formatted("0", second));
        SupervisorFixture.Setup setup =
                new SupervisorFixture.Setup()
                        .command(quick)
                        .workers(1)
                        .settings(quick())
                        .ports(List.of(port, second));
        try (SupervisorFixture fixture = SupervisorFixture.start(setup).awaitReady()) {
            Command slow = program("0.0.0.0", port, both.formatted("0.6", second));

            assertThat(fixture.ask(new Request.Roll(Optional.of(slow))).text())
                    .isEqualTo("rolled 1 slot");
        }
    }

    @Test
    void variablesOfARollReachTheWorkersWithTheirSlot() throws Exception {
        int port = FreePort.tcp();
        String tells =
                """
                while True:
                    c, _ = s.accept()
                    c.recv(4096)
                    c.sendall(b"HTTP/1.0 200 OK\\r\\n\\r\\n" + os.environ.get("WHO", "-").encode())
                    c.close()
                """;
        try (SupervisorFixture fixture = start(program("0.0.0.0", port, tells), 1)) {
            assertThat(ClientLoad.ask(at(port))).isEqualTo("-");
            Map<String, String> who = Map.of("WHO", "{slot}.{generation}");

            RequestResult result =
                    fixture.ask(
                            new Request.Roll(Optional.empty(), who, OptionalInt.empty(), false));

            assertThat(result.text()).isEqualTo("rolled 1 slot");
            assertThat(ClientLoad.ask(at(port))).isEqualTo("0.2");
        }
    }

    @Test
    void statusReportsASlotWithADifferentCommand() throws Exception {
        int port = FreePort.tcp();
        try (SupervisorFixture fixture = start(good("0.0.0.0", port), 2)) {
            int other = fixture.pid(0);
            Command next = good("0.0.0.0", port).with(Map.of("COLOUR", "blue"));
            Request one =
                    new Request.Roll(
                            Optional.empty(), next.environment(), OptionalInt.of(1), false);

            assertThat(fixture.ask(one).text())
                    .contains("partially rolled: slots [1] run the new command");

            assertThat(fixture.pid(0)).isEqualTo(other);
            Status status = fixture.status();
            assertThat(status.notes())
                    .anyMatch(note -> note.startsWith("partially rolled: slots [0] run"))
                    .noneMatch(note -> note.contains("blue"));
        }
    }

    @Test
    @RequiresProgram("gunicorn")
    void gunicornWithABrokenApplicationReplacesNoWorker(@TempDir Path directory) throws Exception {
        int port = FreePort.tcp();
        String answers = "def app(e, r):\n    r('200 OK', [])\n    return [b'old']\n";
        Files.writeString(directory.resolve("works.py"), answers);
        Files.writeString(
                directory.resolve("broken.py"), "import time\ntime.sleep(1.6)\nimport nowhere\n");
        Settings usual = proving(Settings.PROVE);
        SupervisorFixture.Setup setup =
                new SupervisorFixture.Setup()
                        .command(gunicorn(port, "works:app"))
                        .workers(2)
                        .directory(directory)
                        .settings(usual);
        try (SupervisorFixture fixture = SupervisorFixture.start(setup).awaitReady()) {
            List<Integer> before = List.of(fixture.pid(0), fixture.pid(1));

            RequestResult result =
                    fixture.ask(new Request.Roll(Optional.of(gunicorn(port, "broken:app"))));

            assertThat(result.done()).isFalse();
            assertThat(result.text()).contains("slot 0.2").endsWith("the old generation serves on");
            assertThat(List.of(fixture.pid(0), fixture.pid(1))).isEqualTo(before);
        }
    }

    private static Command gunicorn(int port, String application) {
        return new Command(List.of("gunicorn", "-w", "2", "-b", "127.0.0.1:" + port, application));
    }
}
