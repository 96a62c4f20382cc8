package dev.berth.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.supervise.contract.SocketSource;
import dev.berth.supervise.contract.SteeringBackend;
import dev.berth.sys.Processes;
import dev.berth.sys.Signal;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.RequiresProgram;
import dev.berth.testkit.RequiresRoot;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.file.Path;

/// The mode `listen-fds`, in which sockets are handed over, and `bind`, in which they are found.
@RequiresRoot
@RequiresProgram("python3")
@ExtendWith(LeakCheck.class)
final class SocketActivationTest {
    private static final String V4 = "127.0.0.1";
    private static final int PORT = NamespacedSupervisor.PORT;
    private static final String ACTIVATED = "serve(socket.socket(fileno=3))\n";

    @TempDir Path directory;

    private NamespacedSupervisor handed() throws Exception {
        return NamespacedSupervisor.open(directory)
                .adopt(group -> new SocketSource.Activate(group, false))
                .port(PORT);
    }

    @ParameterizedTest
    @EnumSource(names = {"EBPF", "CBPF"})
    void aHandedSocketIsServedAndRolled(SteeringBackend backend) throws Exception {
        try (NamespacedSupervisor supervisor = handed().steer(backend)) {
            supervisor.start(PythonServers.python(directory, ACTIVATED));
            supervisor.servesAndRolls(V4, PORT);
        }
    }

    @Test
    void theWorkerIsInformedByEveryConventionInUse() throws Exception {
        String program =
                """
                e = os.environ
                print('pid', int(e['LISTEN_PID']) == os.getpid())
                for name in ['LISTEN_FDS', 'LISTEN_FDNAMES', 'NGINX', 'SERVER_STARTER_PORT',
                             'EINHORN_FDS', 'EINHORN_FD_COUNT', 'EINHORN_FD_1']:
                    print(name, e[name])
                same = os.fstat(0).st_ino == os.fstat(3).st_ino
                print('zero', same, 'blocking', os.get_blocking(3), 'more', os.path.exists('/proc/self/fd/5'))
                six = socket.socket(fileno=4)
                threading.Thread(target=serve, args=[six]).start()
                serve(socket.socket(fileno=3))
                """;
        try (NamespacedSupervisor supervisor =
                NamespacedSupervisor.open(directory)
                        .adopt(group -> new SocketSource.Activate(group, true))
                        .workers(1)
                        .listen("tcp://0.0.0.0:8080", "tcp://[::]:8080")) {
            supervisor.start(PythonServers.python(directory, program));
            supervisor.await("all lines", () -> supervisor.printed().size() >= 9);
            assertThat(supervisor.printed())
                    .contains(
                            "0.1 pid True",
                            "0.1 LISTEN_FDS 2",
                            "0.1 LISTEN_FDNAMES tcp-8080:tcp-8080",
                            "0.1 NGINX 3;4;",
                            "0.1 SERVER_STARTER_PORT 0.0.0.0:8080=3;[::]:8080=4",
                            "0.1 EINHORN_FDS 3 4",
                            "0.1 EINHORN_FD_COUNT 2",
                            "0.1 EINHORN_FD_1 4",
                            "0.1 zero True blocking True more False");
            assertThat(supervisor.ask("::1", PORT)).startsWith("0.1 ");
            assertThat(supervisor.ask(V4, PORT)).startsWith("0.1 ");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EBPF", "CBPF"})
    void theQueueOfAKilledWorkerIsServedByItsSuccessor(SteeringBackend backend) throws Exception {
        try (NamespacedSupervisor supervisor = handed().workers(1).steer(backend)) {
            supervisor.start(PythonServers.python(directory, ACTIVATED));
            int victim = supervisor.pid(0);
            try (QueuedClients queued = QueuedClients.at(supervisor, victim, 4)) {
                queued.kill();
                assertThat(queued.answers()).allMatch(who -> who.startsWith("0.2 "));
            }
            supervisor.awaitReady();
        }
    }

    @Test
    void aForeignListenerIsNamed() throws Exception {
        try (NamespacedSupervisor supervisor = handed()) {
            supervisor.inside(
                    () -> {
                        try (var foreign = new java.net.ServerSocket(PORT)) {
                            supervisor.begin(PythonServers.python(directory, ACTIVATED));
                            assertThat(supervisor.awaitEnd()).isEqualTo(1);
                            return foreign.isBound();
                        }
                    });
            long self = ProcessHandle.current().pid();
            assertThat(supervisor.said())
                    .contains("tcp://0.0.0.0:8080 is taken by pid " + self + " (");
        }
    }

    @Test
    void aSocketThatAWorkerBindsItselfIsFoundAndRolled() throws Exception {
        String program =
                """
                s = tcp()
                s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
                s.bind(('0.0.0.0', 8080))
                s.listen(5)
                serve(s)
                """;
        try (NamespacedSupervisor supervisor =
                NamespacedSupervisor.open(directory).adopt(SocketSource.SelfBind::new).port(PORT)) {
            supervisor.start(PythonServers.python(directory, program));
            supervisor.servesAndRolls(V4, PORT);
            Processes.kill(supervisor.pid(0), Signal.KILL.number());
            supervisor.await("the next one", () -> supervisor.slot(0).generation() == 3);
            supervisor.awaitReady();
            assertThat(supervisor.slots(V4, PORT)).containsExactlyInAnyOrder(0, 1);
        }
    }

    @Test
    void aWorkerThatBindsWithoutReuseportIsReported() throws Exception {
        try (NamespacedSupervisor supervisor =
                NamespacedSupervisor.open(directory)
                        .adopt(SocketSource.SelfBind::new)
                        .port(PORT)
                        .workers(1)) {
            supervisor.begin(PythonServers.plain(directory));
            supervisor.awaitSaid("listens without SO_REUSEPORT");
            assertThat(supervisor.said()).containsOnlyOnce("listens without SO_REUSEPORT");
        }
    }
}
