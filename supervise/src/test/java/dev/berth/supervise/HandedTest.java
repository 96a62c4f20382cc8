package dev.berth.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.supervise.contract.Adopt;
import dev.berth.supervise.contract.Steer;
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
final class HandedTest {
    private static final String V4 = "127.0.0.1";
    private static final int PORT = Harbour.PORT;
    private static final String ACTIVATED = "serve(socket.socket(fileno=3))\n";

    @TempDir Path directory;

    private Harbour handed() throws Exception {
        return Harbour.open(directory).adopt(Adopt.LISTEN_FDS).port(PORT);
    }

    @ParameterizedTest
    @EnumSource(names = {"EXTENDED", "CLASSIC"})
    void aHandedSocketIsServedAndRolled(Steer steer) throws Exception {
        try (Harbour harbour = handed().steer(steer)) {
            harbour.start(SampleServers.python(directory, ACTIVATED));
            harbour.servesAndRolls(V4, PORT);
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
        try (Harbour harbour =
                Harbour.open(directory)
                        .adopt(Adopt.LISTEN_FDS)
                        .firstAtZero()
                        .workers(1)
                        .listen("tcp://0.0.0.0:8080", "tcp://[::]:8080")) {
            harbour.start(SampleServers.python(directory, program));
            harbour.await("all lines", () -> harbour.printed().size() >= 9);
            assertThat(harbour.printed())
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
            assertThat(harbour.ask("::1", PORT)).startsWith("0.1 ");
            assertThat(harbour.ask(V4, PORT)).startsWith("0.1 ");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EXTENDED", "CLASSIC"})
    void theQueueOfAKilledWorkerIsServedByItsSuccessor(Steer steer) throws Exception {
        try (Harbour harbour = handed().workers(1).steer(steer)) {
            harbour.start(SampleServers.python(directory, ACTIVATED));
            int victim = harbour.pid(0);
            try (Waiting waiting = Waiting.at(harbour, victim, 4)) {
                waiting.kill();
                assertThat(waiting.answers()).allMatch(who -> who.startsWith("0.2 "));
            }
            harbour.awaitReady();
        }
    }

    @Test
    void aForeignListenerIsNamed() throws Exception {
        try (Harbour harbour = handed()) {
            harbour.inside(
                    () -> {
                        try (var foreign = new java.net.ServerSocket(PORT)) {
                            harbour.begin(SampleServers.python(directory, ACTIVATED));
                            assertThat(harbour.awaitEnd()).isEqualTo(1);
                            return foreign.isBound();
                        }
                    });
            long self = ProcessHandle.current().pid();
            assertThat(harbour.said())
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
        try (Harbour harbour = Harbour.open(directory).adopt(Adopt.BIND).port(PORT)) {
            harbour.start(SampleServers.python(directory, program));
            harbour.servesAndRolls(V4, PORT);
            Processes.kill(harbour.pid(0), Signal.KILL.number());
            harbour.await("the next one", () -> harbour.slot(0).generation() == 3);
            harbour.awaitReady();
            assertThat(harbour.slots(V4, PORT)).containsExactlyInAnyOrder(0, 1);
        }
    }

    @Test
    void aWorkerThatBindsWithoutReuseportIsReported() throws Exception {
        try (Harbour harbour = Harbour.open(directory).adopt(Adopt.BIND).port(PORT).workers(1)) {
            harbour.begin(SampleServers.plain(directory));
            harbour.awaitSaid("listens without SO_REUSEPORT");
            assertThat(harbour.said()).containsOnlyOnce("listens without SO_REUSEPORT");
        }
    }
}
