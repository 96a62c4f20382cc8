package dev.berth.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.supervise.contract.SteeringBackend;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.RequiresProgram;
import dev.berth.testkit.RequiresRoot;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/// Unmodified servers of all kinds: every worker is served, and a roll loses nothing.
@RequiresRoot
@RequiresProgram("python3")
@ExtendWith(LeakCheck.class)
final class AdoptionTest {
    private static final String V4 = "127.0.0.1";
    private static final int PORT = NamespacedSupervisor.PORT;

    @TempDir Path directory;

    private void servesAndRolls(String body) throws Exception {
        try (NamespacedSupervisor supervisor = NamespacedSupervisor.open(directory)) {
            supervisor.start(PythonServers.python(directory, body));
            supervisor.servesAndRolls(V4, PORT);
        }
    }

    /// For a program that closes listeners before it keeps one, which may take any time: it
    /// announces that it is ready.
    private void announcesServesAndRolls(String body) throws Exception {
        try (NamespacedSupervisor supervisor = NamespacedSupervisor.open(directory).announced()) {
            supervisor.start(PythonServers.python(directory, body));
            supervisor.servesAndRolls(V4, PORT);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EBPF", "CBPF", "NONE"})
    void aBlockingAcceptLoopIsServedAndRolled(SteeringBackend backend) throws Exception {
        try (NamespacedSupervisor supervisor =
                NamespacedSupervisor.open(directory).steer(backend)) {
            supervisor.start(PythonServers.plain(directory));
            assertThat(supervisor.slots(V4, PORT)).containsExactlyInAnyOrder(0, 1);
            if (backend != SteeringBackend.NONE) {
                supervisor.rollUnseen(V4, PORT);
            } else {
                supervisor.roll();
            }
            assertThat(supervisor.slots(V4, PORT)).containsExactlyInAnyOrder(0, 1);
            assertThat(supervisor.status().foreignSockets()).isEmpty();
            supervisor.stop();
        }
    }

    @Test
    void eachUnnamedPortIsReported() throws Exception {
        try (NamespacedSupervisor supervisor = NamespacedSupervisor.open(directory)) {
            supervisor.start(
                    PythonServers.python(
                            directory,
                            """
                            admin = listen(('127.0.0.1', 8081))
                            serve(listen(('0.0.0.0', 8080)))
                            """));
            assertThat(supervisor.slots(V4, PORT)).containsExactlyInAnyOrder(0, 1);
            assertThat(supervisor.said().lines().filter(line -> line.contains(" is shared")))
                    .containsExactly(
                            "port 8081 is shared",
                            "port 8080 is shared too; --private 8080 gives each slot its own");
            supervisor.stop();
        }
    }

    @Test
    void aSingleWorkerIsRolledWithoutClientsNoticing() throws Exception {
        try (NamespacedSupervisor supervisor = NamespacedSupervisor.open(directory).workers(1)) {
            supervisor.start(PythonServers.plain(directory));
            supervisor.servesAndRolls(V4, PORT);
            assertThat(supervisor.slot(0).generation()).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EBPF", "CBPF"})
    void aProgramThatForksBeforeItListensIsServedAndRolled(SteeringBackend backend)
            throws Exception {
        try (NamespacedSupervisor supervisor =
                NamespacedSupervisor.open(directory).steer(backend)) {
            supervisor.start(
                    PythonServers.python(
                            directory,
                            """
                            for i in range(2):
                                if os.fork() == 0:
                                    s = tcp()
                                    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
                                    s.bind(('0.0.0.0', 8080))
                                    s.listen(5)
                                    serve(s)
                            signal.pause()
                            """));
            supervisor.await("both inner workers", () -> supervisor.slot(0).sockets().size() == 2);
            supervisor.servesAndRolls(V4, PORT);
        }
    }

    @Test
    void aProgramThatForksAfterItListensIsServedAndRolled() throws Exception {
        servesAndRolls(
                """
                s = listen(('0.0.0.0', 8080))
                for i in range(2):
                    if os.fork() == 0:
                        serve(s)
                signal.pause()
                """);
    }

    @Test
    void aProgramWithSeveralSocketsOnOneAddressIsServedAndRolled() throws Exception {
        servesAndRolls(
                """
                sockets = []
                for i in range(2):
                    s = tcp()
                    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
                    s.bind(('0.0.0.0', 8080))
                    s.listen(5)
                    sockets.append(s)
                for s in sockets:
                    if os.fork() == 0:
                        serve(s)
                signal.pause()
                """);
    }

    @Test
    @RequiresProgram("node")
    void nodeIsServedAndRolledOverBothFamilies() throws Exception {
        Path script = directory.resolve("server.js");
        Files.writeString(
                script,
                """
                const me = process.env.BERTH_SLOT + '.' + process.env.BERTH_GENERATION;
                require('http').createServer((request, response) => {
                    response.setHeader('Connection', 'close');
                    response.end(me + ' ' + process.pid);
                }).listen(8080);
                """);
        try (NamespacedSupervisor supervisor = NamespacedSupervisor.open(directory)) {
            supervisor.start("node", script.toString());
            assertThat(supervisor.slots("::1", PORT)).containsExactlyInAnyOrder(0, 1);
            supervisor.servesAndRolls(V4, PORT);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"socket", "channel"})
    void javaIsServedAndRolled(String mode) throws Exception {
        try (NamespacedSupervisor supervisor = NamespacedSupervisor.open(directory)) {
            supervisor.start(PythonServers.java(mode));
            supervisor.servesAndRolls(V4, PORT);
        }
    }

    @Test
    void aDualStackListenerIsServedAndRolledOverBothFamilies() throws Exception {
        try (NamespacedSupervisor supervisor = NamespacedSupervisor.open(directory)) {
            supervisor.start(
                    PythonServers.python(
                            directory,
                            """
                            s = tcp(socket.AF_INET6)
                            s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
                            s.bind(('::', 8080))
                            s.listen(5)
                            serve(s)
                            """));
            assertThat(supervisor.status().listen()).containsExactly("tcp://[::]:8080");
            try (ClientLoad four = supervisor.load(V4, PORT, 2)) {
                supervisor.servesAndRolls("::1", PORT);
                assertThat(four.end()).isEmpty();
            }
        }
    }

    @Test
    void twoAddressesOfOneProgramAreServedAndRolled() throws Exception {
        try (NamespacedSupervisor supervisor = NamespacedSupervisor.open(directory)) {
            supervisor.start(
                    PythonServers.python(
                            directory,
                            """
                            six = listen(('::1', 8080), socket.AF_INET6)
                            threading.Thread(target=serve, args=[six]).start()
                            serve(listen(('127.0.0.1', 8080)))
                            """));
            assertThat(supervisor.status().listen())
                    .containsExactly("tcp://127.0.0.1:8080", "tcp://[::1]:8080");
            try (ClientLoad four = supervisor.load(V4, PORT, 2)) {
                supervisor.servesAndRolls("::1", PORT);
                assertThat(four.end()).isEmpty();
            }
        }
    }

    @Test
    void ipv6AndIpv4WildcardsOfOneProgramAreTwoGroups() throws Exception {
        try (NamespacedSupervisor supervisor = NamespacedSupervisor.open(directory)) {
            supervisor.start(
                    PythonServers.python(
                            directory,
                            """
                            six = tcp(socket.AF_INET6)
                            six.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                            six.bind(('::', 8080))
                            six.listen(5)
                            threading.Thread(target=serve, args=[six]).start()
                            serve(listen(('0.0.0.0', 8080)))
                            """));
            assertThat(supervisor.slots("::1", PORT)).containsExactlyInAnyOrder(0, 1);
            assertThat(supervisor.slots(V4, PORT)).containsExactlyInAnyOrder(0, 1);
        }
    }

    @Test
    void aBindByAnotherThreadThanTheFirstIsAdopted() throws Exception {
        servesAndRolls(
                """
                def work():
                    serve(listen(('0.0.0.0', 8080)))
                threading.Thread(target=work).start()
                signal.pause()
                """);
    }

    @Test
    void aProgramThatBindsClosesAndBindsAgainIsServedAndRolled() throws Exception {
        announcesServesAndRolls(
                """
                probe = tcp()
                probe.bind(('0.0.0.0', 8080))
                probe.close()
                listen(('0.0.0.0', 8080)).close()
                s = listen(('0.0.0.0', 8080))
                announce()
                serve(s)
                """);
    }

    @Test
    void aBoundSocketIsNotBoundToASecondAddress() throws Exception {
        try (NamespacedSupervisor supervisor = NamespacedSupervisor.open(directory)) {
            supervisor.start(
                    PythonServers.python(
                            directory,
                            """
                            s = tcp()
                            s.bind(('0.0.0.0', 8080))
                            try:
                                s.bind(('0.0.0.0', 8081))
                                print('bound twice')
                            except OSError as failed:
                                print('errno %d' % failed.errno)
                            s.listen(5)
                            serve(s)
                            """));
            supervisor.await("the answers", () -> supervisor.printed().size() == 2);
            assertThat(supervisor.printed())
                    .containsExactlyInAnyOrder("0.1 errno 22", "1.1 errno 22");
            supervisor.servesAndRolls(V4, PORT);
        }
    }

    @Test
    void timerSignalsDoNotDisturbABind() throws Exception {
        announcesServesAndRolls(
                """
                signal.signal(signal.SIGALRM, lambda *_: None)
                signal.siginterrupt(signal.SIGALRM, False)
                signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
                for i in range(20):
                    listen(('0.0.0.0', 8080)).close()
                s = listen(('0.0.0.0', 8080))
                signal.setitimer(signal.ITIMER_REAL, 0)
                announce()
                serve(s)
                """);
    }

    @Test
    void bindsThatAreNotSharedAreLeftToTheKernel() throws Exception {
        try (NamespacedSupervisor supervisor = NamespacedSupervisor.open(directory)) {
            supervisor.start(
                    PythonServers.python(
                            directory,
                            """
                            any = tcp()
                            any.bind(('127.0.0.1', 0))
                            any.listen(5)
                            unix = socket.socket(socket.AF_UNIX)
                            unix.bind(chr(0) + 'berth-test-%d' % os.getpid())
                            unix.listen(5)
                            raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP)
                            raw.bind(('127.0.0.1', 8080))
                            raw.close()
                            udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                            udp.bind(('127.0.0.1', 5000 + int(os.environ['BERTH_SLOT'])))
                            print('reuseport', udp.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT))
                            serve(listen(('0.0.0.0', 8080)))
                            """));
            assertThat(supervisor.status().listen()).containsExactly("tcp://0.0.0.0:8080");
            assertThat(supervisor.printed()).contains("0.1 reuseport 0", "1.1 reuseport 0");
            assertThat(supervisor.slots(V4, PORT)).containsExactlyInAnyOrder(0, 1);
        }
    }

    @Test
    void anAddressBoundAfterReadinessIsTheWorkersOwn() throws Exception {
        try (NamespacedSupervisor supervisor = NamespacedSupervisor.open(directory).workers(1)) {
            supervisor.start(
                    PythonServers.python(
                            directory,
                            """
                            s = listen(('0.0.0.0', 8080))
                            answer(s.accept()[0])
                            late = tcp()
                            late.bind(('127.0.0.1', 9090))
                            print('reuseport', late.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT))
                            late.listen(5)
                            threading.Thread(target=serve, args=[late]).start()
                            serve(s)
                            """));
            supervisor.ask(V4, PORT);
            supervisor.await("late bind", () -> supervisor.printed().contains("0.1 reuseport 0"));
            supervisor.ask(V4, PORT);
            assertThat(supervisor.ask(V4, 9090)).startsWith("0.1 ");
            assertThat(supervisor.status().listen()).containsExactly("tcp://0.0.0.0:8080");
        }
    }

    @Test
    void aSocketThatListensOnlyAfterReadinessJoinsItsGroup() throws Exception {
        try (NamespacedSupervisor supervisor = NamespacedSupervisor.open(directory).workers(2)) {
            supervisor.start(
                    PythonServers.python(
                            directory,
                            """
                            late = tcp()
                            late.bind(('0.0.0.0', 9090))
                            s = listen(('0.0.0.0', 8080))
                            answer(s.accept()[0])
                            late.listen(5)
                            threading.Thread(target=serve, args=[late]).start()
                            serve(s)
                            """));
            assertThat(supervisor.slots(V4, PORT)).containsExactlyInAnyOrder(0, 1);
            supervisor.await("two groups", () -> supervisor.status().listen().size() == 2);
            assertThat(supervisor.slots(V4, 9090)).containsExactlyInAnyOrder(0, 1);
            assertThat(supervisor.status().foreignSockets()).isEmpty();
        }
    }

    /// The queue of an inner worker that dies goes to the one forked in its place.
    @ParameterizedTest
    @EnumSource(names = {"EBPF", "CBPF"})
    void theSuccessorOfAnInnerWorkerJoinsAgain(SteeringBackend backend) throws Exception {
        try (NamespacedSupervisor supervisor =
                NamespacedSupervisor.open(directory).workers(1).steer(backend)) {
            supervisor.start(
                    PythonServers.python(
                            directory,
                            """
                            while True:
                                inner = os.fork()
                                if inner == 0:
                                    serve(listen(('0.0.0.0', 8080)))
                                os.waitpid(inner, 0)
                            """));
            String first = supervisor.ask(V4, PORT);
            try (QueuedClients queued = QueuedClients.at(supervisor, pid(first), 5)) {
                queued.kill();
                Set<String> answers = queued.answers();
                assertThat(answers).hasSize(1).doesNotContain(first);
            }
            supervisor.await("one socket", () -> supervisor.slot(0).sockets().size() == 1);
            assertThat(supervisor.slot(0).generation()).isEqualTo(1);
            assertThat(supervisor.status().foreignSockets()).isEmpty();
        }
    }

    private static int pid(String who) {
        return Integer.parseInt(who.substring(who.indexOf(' ') + 1));
    }
}
