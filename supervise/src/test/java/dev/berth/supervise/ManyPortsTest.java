package dev.berth.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.net.SockDiag;
import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.RequestResult;
import dev.berth.supervise.contract.Status;
import dev.berth.testkit.Await;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.RequiresProgram;
import dev.berth.testkit.RequiresRoot;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.IntStream;

/// A worker that listens on very many ports.
@RequiresRoot
@RequiresProgram("python3")
@ExtendWith(LeakCheck.class)
final class ManyPortsTest {
    private static final String PROGRAM =
            """
            import resource
            resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
            def bound(port):
                s = tcp()
                s.bind(('0.0.0.0', port))
                return s

            many = [bound(8080)] + [bound(10000 + i) for i in range(99)]
            for s in many:
                s.listen(5)
            others = [listen(('0.0.0.0', 11000 + i)) for i in range(900)]
            print('all')
            serve(many[0])
            """;

    private static final int NAMED = 200;

    private static final String NAMED_PROGRAM =
            """
            all = [listen(('0.0.0.0', 10000 + i)) for i in range(%d)]
            print('all')
            serve(all[0])
            """
                    .formatted(NAMED);

    @TempDir Path directory;

    @Test
    void isServedReportedAndStoppedSoon() throws Exception {
        try (NamespacedSupervisor supervisor = NamespacedSupervisor.open(directory).workers(1)) {
            begin(supervisor, PROGRAM);
            supervisor.awaitSaid("more ports are shared too");
            supervisor.awaitSaid("more than 64 addresses that you did not name");

            long begun = System.nanoTime();
            Status status = supervisor.status();
            Duration asked = Duration.ofNanos(System.nanoTime() - begun);
            assertThat(status.slots().getFirst().sockets()).hasSize(64);
            assertThat(status.listen()).contains("tcp://0.0.0.0:8080").hasSize(64);
            assertThat(supervisor.ask("127.0.0.1", NamespacedSupervisor.PORT)).startsWith("0.1 ");
            assertThat(supervisor.said().lines().filter(line -> line.contains("shared")))
                    .hasSizeLessThan(10);

            begun = System.nanoTime();
            supervisor.stop();
            Duration stopped = Duration.ofNanos(System.nanoTime() - begun);
            // Generous: a naive implementation needs 8 s and more than 30 s.
            assertThat(asked).isLessThan(Duration.ofSeconds(5));
            assertThat(stopped).isLessThan(Duration.ofSeconds(15));
        }
    }

    /// A thousand responses take a while on a busy machine.
    private void begin(NamespacedSupervisor supervisor, String program) throws Exception {
        supervisor.begin(PythonServers.python(directory, program));
        Await.until(
                Duration.ofMinutes(3),
                () ->
                        supervisor.said().contains("0.1 is ready")
                                && supervisor.printed().contains("0.1 all"),
                supervisor::said);
    }

    /// The kernel walks through all of its connections at each dump: with one dump per port, a
    /// status and a stop would need at least as many dumps as there are ports.
    @Test
    void connectionsOfAllPortsAreListedByOneDump() throws Exception {
        String[] addresses =
                IntStream.range(0, NAMED)
                        .mapToObj(i -> "tcp://0.0.0.0:" + (10000 + i))
                        .toArray(String[]::new);
        try (NamespacedSupervisor supervisor =
                NamespacedSupervisor.open(directory).workers(1).listen(addresses)) {
            begin(supervisor, NAMED_PROGRAM);
            long before = SockDiag.dumps();
            assertThat(supervisor.status().slots().getFirst().sockets()).hasSize(NAMED);
            supervisor.stop();
            assertThat(SockDiag.dumps() - before).isBetween(1L, (long) NAMED);
        }
    }

    @Test
    void aSuccessorThatCannotBindTheOtherPortsGetsAdvice() throws Exception {
        try (NamespacedSupervisor supervisor = NamespacedSupervisor.open(directory).workers(1)) {
            begin(supervisor, PROGRAM);
            RequestResult result = supervisor.ask(new Request.Roll(Optional.empty()));
            assertThat(result.done()).isFalse();
            assertThat(result.text())
                    .contains("is held by slot 0.1 of this service")
                    .contains("no more than 64 addresses. Name each port")
                    .contains("the old generation serves on");
            assertThat(supervisor.ask("127.0.0.1", NamespacedSupervisor.PORT)).startsWith("0.1 ");
        }
    }
}
