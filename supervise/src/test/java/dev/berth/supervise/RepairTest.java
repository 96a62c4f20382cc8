package dev.berth.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.Status;
import dev.berth.supervise.contract.Steer;
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
final class RepairTest {
    private static final String V4 = "127.0.0.1";
    private static final int PORT = Harbour.PORT;

    @TempDir Path directory;

    @ParameterizedTest
    @EnumSource(names = {"EXTENDED", "CLASSIC"})
    void aListenerThatWasShutDownListensAgain(Steer steer) throws Exception {
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
        try (Harbour harbour = Harbour.open(directory).steer(steer)) {
            harbour.start(SampleServers.python(directory, program));
            assertThat(harbour.slots(V4, PORT)).containsExactlyInAnyOrder(0, 1);
            int pid = harbour.pid(0);
            OptionalLong steered = steered(harbour);
            dev.berth.sys.Processes.kill(pid, dev.berth.sys.Signal.USR1.number());
            harbour.awaitSaid("slot 0.1 had shut tcp://0.0.0.0:8080 down; it listens again");
            assertThat(steered(harbour)).isEqualTo(steered);
            assertThat(harbour.slots(V4, PORT)).containsExactlyInAnyOrder(0, 1);
            assertThat(harbour.pid(0)).isEqualTo(pid);
            harbour.rollUnseen(V4, PORT);
        }
    }

    private static OptionalLong steered(Harbour harbour) {
        return harbour.slot(0).sockets().getFirst().steered();
    }

    /// The worker itself may be quicker than the patrol.
    @ParameterizedTest
    @EnumSource(names = {"EXTENDED", "CLASSIC"})
    void aWorkerCanShutItsListenerDownAndListenAgainItself(Steer steer) throws Exception {
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
        try (Harbour harbour = Harbour.open(directory).workers(3).steer(steer)) {
            harbour.start(SampleServers.python(directory, program));
            dev.berth.sys.Processes.kill(harbour.pid(0), dev.berth.sys.Signal.USR1.number());
            harbour.await("again", () -> harbour.printed().contains("0.1 again"));
            dev.berth.sys.Processes.kill(harbour.pid(0), dev.berth.sys.Signal.STOP.number());
            // If the supervisor had the order wrong, the stopped worker would still get clients.
            harbour.ask(new Request.Drain(0));
            assertThat(harbour.slots(V4, PORT)).containsExactlyInAnyOrder(1, 2);
            dev.berth.sys.Processes.kill(harbour.pid(0), dev.berth.sys.Signal.CONT.number());
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
        try (Harbour harbour = Harbour.open(directory)) {
            harbour.start(SampleServers.python(directory, program));
            int pid = harbour.pid(0);
            dev.berth.sys.Processes.kill(pid, dev.berth.sys.Signal.USR1.number());
            harbour.awaitSaid("slot 0.1 closed its listener");
            harbour.awaitReady();
            assertThat(harbour.pid(0)).isEqualTo(pid);
            assertThat(harbour.slots(V4, PORT)).containsExactlyInAnyOrder(0, 1);
        }
    }

    @Test
    void foreignSocketsAreReportedWithTheirPid() throws Exception {
        String[] member =
                SampleServers.python(
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
                SampleServers.python(
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
        try (Harbour harbour = Harbour.open(directory).join();
                ChildProcess first = harbour.inside(() -> ChildProcess.start(foreign))) {
            first.awaitLine("listens"::equals, Duration.ofSeconds(10));
            harbour.join().start(SampleServers.plain(directory));
            harbour.awaitSaid("pid " + first.pid() + " (");
            assertThat(harbour.said())
                    .contains(" (a worker of berth other: python3 … word")
                    .contains("word end) is a member of the group");
            assertThat(harbour.status().strangers())
                    .allSatisfy(one -> assertThat(one.command()).hasSizeLessThan(130));
            // It knows no slot, and gets its share.
            assertThat(harbour.served(V4, PORT, 60))
                    .extracting(who -> who.substring(0, who.indexOf('.')))
                    .contains("0", "1", "None");
            try (ChildProcess second = harbour.inside(() -> ChildProcess.start(specific))) {
                second.awaitLine("listens"::equals, Duration.ofSeconds(10));
                harbour.awaitSaid("pid " + second.pid() + " (");
                assertThat(harbour.said()).contains("takes every connection to its address");
                List<Status.Stranger> found = harbour.status().strangers();
                assertThat(found)
                        .extracting(stranger -> stranger.pid().orElse(0))
                        .containsExactlyInAnyOrder(first.pid(), second.pid());
            }
            harbour.await("one left", () -> harbour.status().strangers().size() == 1);
        }
    }
}
