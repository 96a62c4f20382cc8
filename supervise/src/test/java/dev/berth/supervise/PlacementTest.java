package dev.berth.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.supervise.contract.Command;
import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.SteeringBackend;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.RequiresProgram;
import dev.berth.testkit.RequiresRoot;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.file.Path;

/// Addresses that are named or private, and sockets that are replaced by others.
@RequiresRoot
@RequiresProgram("python3")
@ExtendWith(LeakCheck.class)
final class PlacementTest {
    private static final String V4 = "127.0.0.1";
    private static final int PORT = NamespacedSupervisor.PORT;
    private static final String TWO_PORTS =
            """
            admin = listen(('127.0.0.1', 9000))
            threading.Thread(target=serve, args=[admin]).start()
            serve(listen(('0.0.0.0', 8080)))
            """;

    @TempDir Path directory;

    @ParameterizedTest
    @EnumSource(names = {"EBPF", "CBPF"})
    void aPrivatePortIsTheSlotsOwnEvenDuringARoll(SteeringBackend backend) throws Exception {
        try (NamespacedSupervisor supervisor =
                NamespacedSupervisor.open(directory).steer(backend).privatePort(9000)) {
            supervisor.start(PythonServers.python(directory, TWO_PORTS));
            assertThat(supervisor.ask(V4, 9000)).startsWith("0.1 ");
            assertThat(supervisor.ask(V4, 9001)).startsWith("1.1 ");
            assertThat(supervisor.status().listen()).containsExactly("tcp://0.0.0.0:8080");
            supervisor.servesAndRolls(V4, PORT);
            assertThat(supervisor.ask(V4, 9000)).startsWith("0.2 ");
            assertThat(supervisor.ask(V4, 9001)).startsWith("1.2 ");
        }
    }

    @Test
    void aPrivatePortAnswersForTheNewVersionAndForTheOldOneIfItFails() throws Exception {
        try (NamespacedSupervisor supervisor =
                NamespacedSupervisor.open(directory).workers(1).privatePort(9000)) {
            supervisor.start(PythonServers.python(directory, TWO_PORTS));
            Command failing =
                    new Command(
                            java.util.List.of(
                                    PythonServers.python(
                                            directory,
                                            """
                                            admin = listen(('127.0.0.1', 9000))
                                            answer(admin.accept()[0])
                                            sys.exit(3)
                                            """)));
            var result = supervisor.begin(new Request.Roll(java.util.Optional.of(failing)));
            supervisor.await("the new one", () -> supervisor.ask(V4, 9000).startsWith("0.2 "));
            assertThat(result.get().done()).isFalse();
            assertThat(supervisor.served(V4, 9000, 5)).allMatch(who -> who.startsWith("0.1 "));
            assertThat(supervisor.ask(V4, PORT)).startsWith("0.1 ");
        }
    }

    @Test
    void onlyTheNamedAddressIsShared() throws Exception {
        String program =
                """
                other = tcp()
                other.bind(('127.0.0.1', 9000 + int(os.environ['BERTH_SLOT'])))
                print('reuseport', other.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT))
                other.listen(5)
                serve(listen(('127.0.0.1', 8080)))
                """;
        try (NamespacedSupervisor supervisor =
                NamespacedSupervisor.open(directory).listen("tcp://127.0.0.1:8080")) {
            supervisor.start(PythonServers.python(directory, program));
            assertThat(supervisor.status().listen()).containsExactly("tcp://127.0.0.1:8080");
            assertThat(supervisor.printed()).contains("0.1 reuseport 0", "1.1 reuseport 0");
            assertThat(supervisor.slots(V4, PORT)).containsExactlyInAnyOrder(0, 1);
        }
    }

    /// The program listens on a different family from the one named: any wildcard means any.
    @Test
    void aNamedPortIsSharedWhateverItsAddress() throws Exception {
        String program =
                """
                six = tcp(socket.AF_INET6)
                six.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
                six.bind(('::', 8080))
                six.listen(5)
                serve(six)
                """;
        try (NamespacedSupervisor supervisor = NamespacedSupervisor.open(directory).port(PORT)) {
            supervisor.start(PythonServers.python(directory, program));
            assertThat(supervisor.status().listen()).containsExactly("tcp://[::]:8080");
            assertThat(supervisor.slots(V4, PORT)).containsExactlyInAnyOrder(0, 1);
        }
    }

    @Test
    void aMultipathSocketIsReplacedByAPlainOne() throws Exception {
        String program =
                """
                s = listen(('0.0.0.0', 8080), protocol=262)
                print('protocol', s.getsockopt(socket.SOL_SOCKET, 38), 'nonblocking', os.get_blocking(s.fileno()))
                serve(s)
                """;
        try (NamespacedSupervisor supervisor = NamespacedSupervisor.open(directory)) {
            supervisor.start(PythonServers.python(directory, program));
            assertThat(supervisor.printed()).contains("0.1 protocol 6 nonblocking True");
            supervisor.servesAndRolls(V4, PORT);
        }
    }

    @Test
    void aSocketOfAnotherNetworkNamespaceIsLeftAlone() throws Exception {
        String program =
                """
                import ctypes
                s = listen(('0.0.0.0', 8080))
                libc = ctypes.CDLL(None, use_errno=True)
                if libc.unshare(0x40000000) != 0:
                    sys.exit('unshare')
                foreign = tcp()
                foreign.bind(('0.0.0.0', 9000))
                print('reuseport', foreign.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT))
                foreign.listen(5)
                serve(s)
                """;
        try (NamespacedSupervisor supervisor = NamespacedSupervisor.open(directory)) {
            supervisor.start(PythonServers.python(directory, program));
            assertThat(supervisor.printed()).contains("0.1 reuseport 0", "1.1 reuseport 0");
            assertThat(supervisor.status().listen()).containsExactly("tcp://0.0.0.0:8080");
            assertThat(supervisor.slots(V4, PORT)).containsExactlyInAnyOrder(0, 1);
        }
    }

    /// epoll forgets a socket that another one replaces; a program that registered it before
    /// bind(2) would never hear of a client.
    @Test
    void aSocketRegisteredWithEpollBeforeBindStaysRegistered() throws Exception {
        String program =
                """
                import select
                s = tcp(protocol=262)
                s.setblocking(False)
                sets = [select.epoll(), select.epoll()]
                for each in sets:
                    each.register(s, select.EPOLLIN)
                s.bind(('0.0.0.0', 8080))
                s.listen(5)
                while True:
                    for each in sets:
                        for fd, events in each.poll(10):
                            if fd != s.fileno():
                                sys.exit('fd %d' % fd)
                            try:
                                answer(s.accept()[0])
                            except BlockingIOError:
                                pass
                """;
        try (NamespacedSupervisor supervisor = NamespacedSupervisor.open(directory)) {
            supervisor.start(PythonServers.python(directory, program));
            supervisor.servesAndRolls(V4, PORT);
        }
    }
}
