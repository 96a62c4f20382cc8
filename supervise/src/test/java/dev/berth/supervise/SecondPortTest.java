package dev.berth.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.RequiresProgram;
import dev.berth.testkit.RequiresRoot;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

/// Programs with a port in addition to that of their service (for a debugger, metrics, HTTP/3),
/// which a second worker cannot bind: the report says which port, who has it, and what to do.
@RequiresRoot
@RequiresProgram("python3")
@ExtendWith(LeakCheck.class)
final class SecondPortTest {
    /// Binds without SO_REUSEADDR, as a debugger's agent does, and exits as one does.
    private static final String DEBUGGER =
            """
            def debugger(port):
                s = socket.socket()
                try:
                    s.bind(('127.0.0.1', port))
                    s.listen(1)
                except OSError as e:
                    sys.exit('transport error 202: bind failed: Address already in use')
                return s
            """;

    @TempDir Path directory;

    @Test
    void anUnnamedPortIsReportedWithItsHolderAndTheOption() throws Exception {
        try (NamespacedSupervisor supervisor = NamespacedSupervisor.open(directory).port(8080)) {
            supervisor.begin(
                    PythonServers.python(
                            directory, DEBUGGER + "d = debugger(5005)\n" + PythonServers.PLAIN));
            supervisor.awaitSaid("tcp://127.0.0.1:5005 is held by slot ");
            assertThat(supervisor.said())
                    .contains(" of this service (pid ")
                    .contains("add -p 5005;")
                    .contains("add --private 5005");
        }
    }

    @Test
    void aServiceOpenedAfterTheDebuggersPortIsReportedToo() throws Exception {
        String program =
                DEBUGGER
                        + """
                        d = debugger(5005)
                        time.sleep(1.5 if os.environ['BERTH_SLOT'] == '0' else 3)
                        serve(listen(('0.0.0.0', 8080)))
                        """;
        try (NamespacedSupervisor supervisor = NamespacedSupervisor.open(directory)) {
            supervisor.begin(PythonServers.python(directory, program));
            supervisor.awaitSaid("tcp://0.0.0.0:8080 is held by slot 0.1 of this service (pid ");
            assertThat(supervisor.said())
                    .contains("To share it too: -p 5005 -p 8080;")
                    .contains("to give each slot a port of its own: --private 8080")
                    .contains("a metrics port: -p 8080 --private 5005");
        }
    }

    @Test
    void aPortOpenedAfterReadinessIsReportedToTheOneThatCannotBindIt() throws Exception {
        String program =
                """
                s = listen(('0.0.0.0', 8080))
                def metrics():
                    time.sleep(1)
                    try:
                        m.append(listen(('0.0.0.0', 9090)))
                    except OSError as e:
                        print(e)
                        os._exit(1)
                m = []
                threading.Thread(target=metrics, daemon=True).start()
                serve(s)
                """;
        try (NamespacedSupervisor supervisor = NamespacedSupervisor.open(directory)) {
            supervisor.begin(PythonServers.python(directory, program));
            supervisor.awaitSaid("tcp://0.0.0.0:9090 is held by slot ");
            assertThat(supervisor.said())
                    .contains(
                            "without -p only ports that are opened before the worker is ready are")
                    .contains("-p 8080 -p 9090")
                    .contains("--private 9090");
        }
    }

    @Test
    void datagramPortsAreReportedWithTheirOption() throws Exception {
        String program =
                """
                s = listen(('0.0.0.0', 8080))
                u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                try:
                    u.bind(('0.0.0.0', 8080))
                except OSError as e:
                    sys.exit('listen udp :8080: bind: address already in use')
                serve(s)
                """;
        try (NamespacedSupervisor supervisor = NamespacedSupervisor.open(directory)) {
            supervisor.begin(PythonServers.python(directory, program));
            supervisor.awaitSaid("udp://0.0.0.0:8080 is held by slot ");
            assertThat(supervisor.said())
                    .contains("UDP is shared only if named")
                    .contains("-p 8080 -l udp://0.0.0.0:8080");
        }
    }

    @Test
    void aPrivatePortOpenedFirstCausesNoWarning() throws Exception {
        try (NamespacedSupervisor supervisor =
                NamespacedSupervisor.open(directory).privatePort(2019)) {
            supervisor.start(
                    PythonServers.python(
                            directory,
                            """
                            admin = listen(('127.0.0.1', 2019))
                            time.sleep(1.2)
                            """
                                    + PythonServers.PLAIN));
            supervisor.roll();
            supervisor.stop();
            assertThat(supervisor.said()).doesNotContain("none of the ports in service");
        }
    }
}
