package dev.berth.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.Status;
import dev.berth.supervise.contract.SteeringBackend;
import dev.berth.testkit.ChildProcess;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.RequiresProgram;
import dev.berth.testkit.RequiresRoot;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;

/// What workers and foreign sockets do to the sockets while they run.
@RequiresRoot
@RequiresProgram("python3")
@ExtendWith(LeakCheck.class)
final class SocketRepairTest {
    private static final String V4 = "127.0.0.1";
    private static final int PORT = NamespacedSupervisor.PORT;

    @TempDir Path directory;

    @ParameterizedTest
    @EnumSource(names = {"EBPF", "CBPF"})
    void aListenerThatWasShutDownListensAgain(SteeringBackend backend) throws Exception {
        String program =
                """
                s = listen(('0.0.0.0', 8080))
                if os.environ['BERTH_SLOT'] == '0':
                    def down(*_):
                        s.shutdown(socket.SHUT_RDWR)
                    signal.signal(signal.SIGUSR1, down)
                while True:
                    try:
                        serve(s)
                    except OSError:
                        time.sleep(0.02)
                """;
        try (NamespacedSupervisor supervisor =
                NamespacedSupervisor.open(directory).steer(backend)) {
            supervisor.start(PythonServers.python(directory, program));
            assertThat(supervisor.slots(V4, PORT)).containsExactlyInAnyOrder(0, 1);
            int pid = supervisor.pid(0);
            OptionalLong steered = steered(supervisor);
            dev.berth.sys.Processes.kill(pid, dev.berth.sys.Signal.USR1.number());
            supervisor.awaitSaid("slot 0.1 had shut tcp://0.0.0.0:8080 down; it listens again");
            assertThat(steered(supervisor)).isEqualTo(steered);
            assertThat(supervisor.slots(V4, PORT)).containsExactlyInAnyOrder(0, 1);
            assertThat(supervisor.pid(0)).isEqualTo(pid);
            supervisor.rollUnseen(V4, PORT);
        }
    }

    private static OptionalLong steered(NamespacedSupervisor supervisor) {
        return supervisor.slot(0).sockets().getFirst().steered();
    }

    /// The worker itself may be quicker than the periodic check.
    @ParameterizedTest
    @EnumSource(names = {"EBPF", "CBPF"})
    void aWorkerCanShutItsListenerDownAndListenAgainItself(SteeringBackend backend)
            throws Exception {
        String program =
                """
                s = listen(('0.0.0.0', 8080))
                def again(*_):
                    s.shutdown(socket.SHUT_RDWR)
                    s.listen(5)
                    print('again')
                signal.signal(signal.SIGUSR1, again)
                while True:
                    try:
                        serve(s)
                    except OSError:
                        pass
                """;
        try (NamespacedSupervisor supervisor =
                NamespacedSupervisor.open(directory).workers(3).steer(backend)) {
            supervisor.start(PythonServers.python(directory, program));
            dev.berth.sys.Processes.kill(supervisor.pid(0), dev.berth.sys.Signal.USR1.number());
            supervisor.await("again", () -> supervisor.printed().contains("0.1 again"));
            dev.berth.sys.Processes.kill(supervisor.pid(0), dev.berth.sys.Signal.STOP.number());
            // If the supervisor had the order wrong, the stopped worker would still get clients.
            supervisor.ask(new Request.Drain(0));
            assertThat(supervisor.slots(V4, PORT)).containsExactlyInAnyOrder(1, 2);
            dev.berth.sys.Processes.kill(supervisor.pid(0), dev.berth.sys.Signal.CONT.number());
        }
    }

    @Test
    void aWorkerThatClosesItsListenerAndLivesOnIsReported() throws Exception {
        String program =
                """
                s = listen(('0.0.0.0', 8080))
                def drop(*_):
                    raise KeyboardInterrupt
                signal.signal(signal.SIGUSR1, drop)
                try:
                    serve(s)
                except KeyboardInterrupt:
                    s.close()
                    time.sleep(2.5)
                    serve(listen(('0.0.0.0', 8080)))
                """;
        try (NamespacedSupervisor supervisor = NamespacedSupervisor.open(directory)) {
            supervisor.start(PythonServers.python(directory, program));
            int pid = supervisor.pid(0);
            dev.berth.sys.Processes.kill(pid, dev.berth.sys.Signal.USR1.number());
            supervisor.awaitSaid("slot 0.1 closed its listener");
            supervisor.awaitReady();
            assertThat(supervisor.pid(0)).isEqualTo(pid);
            assertThat(supervisor.slots(V4, PORT)).containsExactlyInAnyOrder(0, 1);
        }
    }

    @Test
    void foreignSocketsAreReportedWithTheirPid() throws Exception {
        String[] member =
                PythonServers.python(
                        directory,
                        """
                        s = tcp()
                        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
                        s.bind(('0.0.0.0', 8080))
                        s.listen(5)
                        print('listens')
                        serve(s)
                        """);
        String[] specific =
                PythonServers.python(
                        directory,
                        """
                        s = tcp()
                        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
                        s.bind(('127.0.0.1', 8080))
                        s.listen(5)
                        print('listens')
                        serve(s)
                        """);
        // As if another supervisor had started it, with a command line that fills pages.
        String[] foreign =
                Stream.of(
                                Stream.of("env", "BERTH_NAME=other"),
                                Stream.of(member),
                                Stream.of("word ".repeat(100) + "end"))
                        .flatMap(words -> words)
                        .toArray(String[]::new);
        try (NamespacedSupervisor supervisor = NamespacedSupervisor.open(directory).join();
                ChildProcess first = supervisor.inside(() -> ChildProcess.start(foreign))) {
            first.awaitLine("listens"::equals, Duration.ofSeconds(10));
            supervisor.join().start(PythonServers.plain(directory));
            supervisor.awaitSaid("pid " + first.pid() + " (");
            assertThat(supervisor.said())
                    .contains(" (a worker of berth other: python3 … word")
                    .contains("word end) is a member of the group");
            assertThat(supervisor.status().foreignSockets())
                    .allSatisfy(one -> assertThat(one.command()).hasSizeLessThan(130));
            // It knows no slot, and gets its share.
            assertThat(supervisor.served(V4, PORT, 60))
                    .extracting(who -> who.substring(0, who.indexOf('.')))
                    .contains("0", "1", "None");
            try (ChildProcess second = supervisor.inside(() -> ChildProcess.start(specific))) {
                second.awaitLine("listens"::equals, Duration.ofSeconds(10));
                supervisor.awaitSaid("pid " + second.pid() + " (");
                assertThat(supervisor.said()).contains("takes every connection to its address");
                List<Status.ForeignSocket> found = supervisor.status().foreignSockets();
                assertThat(found)
                        .extracting(foreignSocket -> foreignSocket.pid().orElse(0))
                        .containsExactlyInAnyOrder(first.pid(), second.pid());
            }
            supervisor.await("one left", () -> supervisor.status().foreignSockets().size() == 1);
        }
    }
}
