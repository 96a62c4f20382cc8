package dev.berth.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.supervise.contract.SteeringBackend;
import dev.berth.sys.Capability;
import dev.berth.testkit.FreePort;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.RequiresCapability;
import dev.berth.testkit.RequiresProgram;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// If no worker is ready for longer than the patience, clients are refused instead of waiting
/// unnoticed.
@ExtendWith(LeakCheck.class)
@RequiresCapability({Capability.BPF, Capability.NET_ADMIN})
@RequiresProgram("python3")
class FailFastTest {
    @Test
    void clientsAreRefusedAndServedAgainWhenAWorkerIsBack() throws Exception {
        int port = FreePort.tcp();
        Path broken = Files.createTempDirectory("broken");
        Path mark = broken.resolve("mark");
        String breaks = "import os\nif os.path.exists('" + mark + "'): os._exit(3)\n";
        SupervisorFixture.Setup setup =
                new SupervisorFixture.Setup()
                        .command(Programs.server(port, breaks))
                        .steer(SteeringBackend.EBPF);
        try (SupervisorFixture fixture = SupervisorFixture.start(setup).awaitReady()) {
            Files.createFile(mark);
            long pid = fixture.pid(0);
            ProcessHandle.of(pid).orElseThrow().destroyForcibly();
            fixture.await(() -> refused(port));
            assertThat(fixture.status().notes())
                    .contains("no worker is ready: clients are refused");
            fixture.said("refusing connections until one is");
            Files.delete(mark);
            fixture.awaitReady();
            fixture.await(() -> served(port));
        } finally {
            SupervisorFixture.delete(broken);
        }
    }

    private static boolean refused(int port) {
        try {
            SupervisorFixture.connect(port).close();
            return false;
        } catch (ConnectException refused) {
            return true;
        } catch (IOException other) {
            throw new AssertionError(other);
        }
    }

    private static boolean served(int port) {
        try {
            return Integer.parseInt(SupervisorFixture.ask(port)) > 0;
        } catch (IOException failed) {
            throw new AssertionError(failed);
        }
    }

    @Test
    void withinThePatienceClientsWaitAndAreServed() throws Exception {
        int port = FreePort.tcp();
        try (SupervisorFixture fixture =
                SupervisorFixture.start(
                                new SupervisorFixture.Setup().command(Programs.server(port, "")))
                        .awaitReady()) {
            int pid = fixture.pid(0);
            ProcessHandle.of(pid).orElseThrow().destroyForcibly();
            // Until the process is gone it may still accept a connection, which would be lost with
            // it.
            SupervisorFixture.awaitGone(pid, SupervisorFixture.LIMIT);
            for (int client : List.of(1, 2, 3)) {
                assertThat(served(port)).as("client %d", client).isTrue();
            }
        }
    }
}
