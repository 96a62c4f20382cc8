package dev.berth.supervise.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.supervise.contract.WorkerId;
import dev.berth.testkit.ChildProcess;
import dev.berth.testkit.LeakCheck;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/// What a process reveals about its origin.
@ExtendWith(LeakCheck.class)
class ProcessProvenanceTest {
    private static Optional<WorkerId> of(Map<String, String> environment) throws IOException {
        ProcessBuilder builder = new ProcessBuilder("sleep", "100");
        builder.environment().putAll(environment);
        try (ChildProcess sleep = ChildProcess.start(builder)) {
            return ProcessProvenance.environment(sleep.pid(), "web");
        }
    }

    @Test
    void theEnvironmentNamesTheWorker() throws Exception {
        Map<String, String> variables =
                Map.of("BERTH_NAME", "web", "BERTH_SLOT", "3", "BERTH_GENERATION", "17");
        assertThat(of(variables)).contains(new WorkerId(3, 17));
    }

    @Test
    void anotherSupervisorsEnvironmentNamesNone() throws Exception {
        assertThat(of(Map.of("BERTH_NAME", "db", "BERTH_SLOT", "3", "BERTH_GENERATION", "17")))
                .isEmpty();
        assertThat(of(Map.of("BERTH_NAME", "web", "BERTH_SLOT", "3"))).isEmpty();
        assertThat(of(Map.of("BERTH_NAME", "web", "BERTH_SLOT", "1", "BERTH_GENERATION", "0")))
                .isEmpty();
        assertThat(of(Map.of())).isEmpty();
    }

    @Test
    void aProcessThatIsGoneRevealsNothing() {
        assertThat(ProcessProvenance.environment(Integer.MAX_VALUE, "web")).isEmpty();
        assertThat(ProcessProvenance.filters("2147483647")).isZero();
    }
}
