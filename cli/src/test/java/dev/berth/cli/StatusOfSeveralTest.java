package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.cli.command.SelfJvm;
import dev.berth.cli.demo.Whoami;
import dev.berth.testkit.ChildProcess;
import dev.berth.testkit.FreePort;
import dev.berth.testkit.LeakCheck;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// `berth status` without a name.
@ExtendWith(LeakCheck.class)
@Timeout(180)
class StatusOfSeveralTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir Path runtime;

    private static void run(BerthProcesses berth, String name, int port) throws Exception {
        List<String> words = new ArrayList<>(List.of("run", "-n", "1", "--name", name));
        words.addAll(List.of("--settle", "100ms", "--"));
        words.addAll(SelfJvm.command(Whoami.class, List.of("-Xmx24m")));
        words.add(Integer.toString(port));
        ChildProcess child = berth.start(words.toArray(String[]::new));
        child.awaitLine(line -> line.contains("slot 0.1 is ready"), PATIENCE);
    }

    private static List<String> status(BerthProcesses berth, String... more) throws Exception {
        List<String> words = new ArrayList<>(List.of("status"));
        words.addAll(List.of(more));
        ChildProcess child = berth.start(words.toArray(String[]::new));
        assertThat(child.awaitExit(PATIENCE)).as("%s", child.output()).isZero();
        return child.output();
    }

    @Test
    void showsALineForEachSupervisorAndTheStatusOfANamedOne() throws Exception {
        int port = FreePort.tcp();
        try (var berth = new BerthProcesses(runtime, PATIENCE)) {
            run(berth, "one", port);
            assertThat(status(berth)).first().asString().startsWith("one (pid ");
            run(berth, "two", FreePort.tcp());
            assertThat(status(berth))
                    .anyMatch(line -> line.matches("one +1/1 .*:" + port + ".*"))
                    .anyMatch(line -> line.matches("two +1/1 .*"));
            JsonNode all = new ObjectMapper().readTree(String.join("", status(berth, "--json")));
            assertThat(all.get("schema").asInt()).isEqualTo(1);
            assertThat(all.get("supervisors").get(0).get("name").asString()).isEqualTo("one");
            assertThat(all.get("supervisors").get(1).get("slots").size()).isEqualTo(1);
            assertThat(all.get("unknown").isEmpty()).isTrue();
            String one = String.join("", status(berth, "one", "--json"));
            assertThat(new ObjectMapper().readTree(one).get("name").asString()).isEqualTo("one");
        }
    }
}
