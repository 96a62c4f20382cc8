package dev.berth.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.supervise.contract.SteeringBackend;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.RequiresProgram;
import dev.berth.testkit.RequiresRoot;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;

/// A server that exits by itself after some requests, as the only worker.
@RequiresRoot
@RequiresProgram("python3")
@ExtendWith(LeakCheck.class)
final class RequestLimitTest {
    private static final int GENERATIONS = 10;

    /// Exits with its second response. As two or more clients always wait, this happens while it
    /// settles.
    private static final String TWO_ANSWERS =
            """
            s = listen(('0.0.0.0', 8080))
            for i in range(2):
                c = s.accept()[0]
                answer(c)
            os._exit(0)
            """;

    @TempDir Path directory;

    @Test
    void itsSuccessorsStartAtOnceAndNoRequestFails() throws Exception {
        try (NamespacedSupervisor supervisor =
                NamespacedSupervisor.open(directory).steer(SteeringBackend.EBPF).workers(1)) {
            supervisor.giveUp(Duration.ofMinutes(1));
            supervisor.start(PythonServers.python(directory, TWO_ANSWERS));
            try (ClientLoad clientLoad =
                    supervisor.load("127.0.0.1", NamespacedSupervisor.PORT, 4)) {
                supervisor.await(
                        "generations", () -> supervisor.slot(0).generation() > GENERATIONS);
                assertThat(clientLoad.end()).as(supervisor.said()).isEmpty();
                assertThat(supervisor.said()).doesNotContain("next try");
            }
        }
    }
}
