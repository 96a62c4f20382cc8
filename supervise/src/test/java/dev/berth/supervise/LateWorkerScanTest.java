package dev.berth.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.supervise.contract.Command;
import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.RequestResult;
import dev.berth.supervise.contract.Settings;
import dev.berth.supervise.contract.SettingsVariants;
import dev.berth.testkit.Await;
import dev.berth.testkit.FreePort;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.RequiresProgram;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/// If a program does not listen where it could be shared, the report says where it does listen and
/// what to do. On a crowded machine it may not get that far in its time; then the next try reports
/// it.
@RequiresProgram("python3")
@ExtendWith(LeakCheck.class)
final class LateWorkerScanTest {
    private static final Duration SHORT = Duration.ofMillis(1_200);

    @TempDir Path directory;

    enum Kind {
        CHOSEN("s = listen(('127.0.0.1', 0))", "a port that the kernel chose", "listen on port %d"),
        UNIX(
                "s = listen('app.sock' + who()[0], socket.AF_UNIX)",
                "listens on the Unix socket app.sock",
                "listen on port %d"),
        ELSEWHERE("s = listen(('127.0.0.1', %2$d))", "listens on tcp://127.0.0.1:%2$d", "-p %2$d"),
        DATAGRAMS(
                "s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM);"
                        + " s.bind(('127.0.0.1', %2$d))",
                "is bound to udp://127.0.0.1:%2$d", "-l udp://127.0.0.1:%2$d"),
        SLEEPS("", "listens on nothing and is sleeping", "--start-timeout "),
        WORKS("while True: pass", "listens on nothing and is still working", "--start-timeout ");

        private final String program;
        private final String where;
        private final String remedy;

        Kind(String program, String where, String remedy) {
            this.program = program;
            this.where = where;
            this.remedy = remedy;
        }

        Command command(Path directory, int port, int other) throws Exception {
            String text = program.formatted(port, other) + "\ntime.sleep(600)\n";
            return new Command(List.of(PythonServers.python(directory, text)));
        }

        boolean explains(String line, int port, int other) {
            return line.contains(where.formatted(port, other))
                    && line.contains(remedy.formatted(port, other));
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void isReportedAtTheStart(Kind kind) throws Exception {
        int port = FreePort.tcp();
        int other = FreePort.tcp();
        SupervisorFixture.Setup setup = setup(port).command(kind.command(directory, port, other));
        AtomicReference<List<String>> said = new AtomicReference<>(List.of());
        // On a busy machine the program may not yet have come to what it does.
        Await.until(
                SupervisorFixture.LIMIT,
                () -> {
                    said.set(start(setup));
                    return said.get().stream().anyMatch(l -> kind.explains(l, port, other));
                },
                () -> String.valueOf(said.get()));
    }

    /// What is reported until the supervisor gives up.
    private static List<String> start(SupervisorFixture.Setup setup) {
        try (SupervisorFixture fixture = SupervisorFixture.start(setup)) {
            fixture.exit();
            return fixture.sink.said();
        } catch (Exception failed) {
            throw new AssertionError(failed);
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void isReportedInARoll(Kind kind) throws Exception {
        int port = FreePort.tcp();
        int other = FreePort.tcp();
        try (SupervisorFixture fixture =
                SupervisorFixture.start(setup(port).command(Programs.web(port))).awaitReady()) {
            int pid = fixture.pid(0);
            Command bad = kind.command(directory, port, other);
            AtomicReference<RequestResult> last = new AtomicReference<>();
            Await.until(
                    SupervisorFixture.LIMIT,
                    () -> {
                        last.set(roll(fixture, bad));
                        return kind.explains(last.get().text(), port, other);
                    },
                    () -> String.valueOf(last.get()));

            assertThat(last.get().done()).isFalse();
            assertThat(fixture.pid(0)).isEqualTo(pid);
        }
    }

    @Test
    void aRollToAnotherPortIsReportedWithTheRemedy() throws Exception {
        int port = FreePort.tcp();
        SupervisorFixture.Setup setup =
                new SupervisorFixture.Setup().settings(impatient()).command(Programs.web(port));
        try (SupervisorFixture fixture = SupervisorFixture.start(setup).awaitReady()) {
            RequestResult result = roll(fixture, Programs.web(FreePort.tcp()));

            assertThat(result.done()).isFalse();
            assertThat(result.text()).contains("--allow-new-addresses");
        }
    }

    private static RequestResult roll(SupervisorFixture fixture, Command command) {
        try {
            return fixture.ask(new Request.Roll(Optional.of(command)));
        } catch (Exception failed) {
            throw new AssertionError(fixture.sink.toString(), failed);
        }
    }

    private SupervisorFixture.Setup setup(int port) {
        return new SupervisorFixture.Setup().directory(directory).port(port).settings(impatient());
    }

    private static Settings impatient() {
        Settings quick = SupervisorFixture.Setup.quick(Settings.Ready.LISTENING);
        return SettingsVariants.withGrace(
                SettingsVariants.withStart(quick, SHORT), Duration.ofMillis(200));
    }
}
