package dev.berth.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.supervise.contract.Steer;
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
        try (Harbour harbour = Harbour.open(directory).steer(Steer.EXTENDED).workers(1)) {
            harbour.giveUp(Duration.ofMinutes(1));
            harbour.start(SampleServers.python(directory, TWO_ANSWERS));
            try (Load load = harbour.load("127.0.0.1", Harbour.PORT, 4)) {
                harbour.await("generations", () -> harbour.slot(0).generation() > GENERATIONS);
                assertThat(load.end()).as(harbour.said()).isEmpty();
                assertThat(harbour.said()).doesNotContain("next try");
            }
        }
    }
}
