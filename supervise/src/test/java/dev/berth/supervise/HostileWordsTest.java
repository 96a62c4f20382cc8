package dev.berth.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.supervise.contract.Command;
import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.RequestResult;
import dev.berth.testkit.ChildProcess;
import dev.berth.testkit.FreePort;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.RequiresProgram;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Text from other programs, meant for a person at a terminal, does no harm: neither a worker's
/// last output nor the command line of a process that has the port.
@RequiresProgram("python3")
@ExtendWith(LeakCheck.class)
final class HostileWordsTest {
    /// A title, a cleared screen, control characters, direction marks, line ends; as python.
    private static final String HOSTILE =
            "'\\x1b]0;PWNED\\x07\\x1b[2J\\x08\\x9b2J\\u202egnp.exe\\u2066\\u2028\\x85end'";

    private static final int MOST_CHARACTERS = 20_000;

    @TempDir Path directory;

    private static void assertHarmless(String text) {
        assertThat(text.replaceAll("[\n\t]", ""))
                .doesNotContainPattern("[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]");
        assertThat(text.length()).isLessThan(MOST_CHARACTERS);
    }

    private Command dying(String more) throws Exception {
        String program =
                "sys.stdout.reconfigure(encoding='utf-8', errors='surrogatepass')\n"
                        + "print(%s)\n%s\nsys.exit(3)\n".formatted(HOSTILE, more);
        return new Command(List.of(PythonServers.python(directory, program)));
    }

    @Test
    void aWorkersLastOutputIsHarmlessInTheAnswerTheLogAndTheStatus() throws Exception {
        int port = FreePort.tcp();
        SupervisorFixture.Setup setup =
                new SupervisorFixture.Setup()
                        .command(Programs.web(port))
                        .port(port)
                        .directory(directory);
        try (SupervisorFixture fixture = SupervisorFixture.start(setup).awaitReady()) {
            Command bad = dying("print('x' * (1 << 20)); print('y' * (1 << 20), file=sys.stderr)");

            RequestResult result = fixture.ask(new Request.Roll(Optional.of(bad)));

            assertThat(result.done()).isFalse();
            assertThat(result.text()).contains("exit 3", "PWNED", "xxx");
            assertHarmless(result.text());
            fixture.sink.said().forEach(HostileWordsTest::assertHarmless);
            assertHarmless(fixture.slot(0).lastFailure());
            fixture.status().notes().forEach(HostileWordsTest::assertHarmless);
        }
    }

    @Test
    void theCommandLineOfThePortsOwnerIsHarmless() throws Exception {
        int port = FreePort.tcp();
        String holder =
                "import socket, time; s = socket.socket(); s.bind(('127.0.0.1', %d)); s.listen();"
                                .formatted(port)
                        + " print('up', flush=True); time.sleep(600)";
        String hostile = "\u001b]0;PWNED\u0007\u001b[2J\u009b\u202e\u2066\nberth: all is well";
        try (ChildProcess other = ChildProcess.start(Programs.python(), "-c", holder, hostile);
                SupervisorFixture fixture = start(other, port)) {
            fixture.said("PWNED");

            fixture.sink.said().forEach(HostileWordsTest::assertHarmless);
            assertThat(fixture.sink.said())
                    .noneMatch(line -> line.contains("\nberth: all is well"));
        }
    }

    private SupervisorFixture start(ChildProcess other, int port) throws Exception {
        other.awaitLine("up"::equals, SupervisorFixture.LIMIT);
        return SupervisorFixture.start(
                new SupervisorFixture.Setup()
                        .command(Programs.web(port))
                        .port(port)
                        .directory(directory));
    }
}
