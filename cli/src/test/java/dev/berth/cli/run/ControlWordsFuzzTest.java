package dev.berth.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.berth.cli.command.ExitCode;
import dev.berth.cli.remote.ControlRequest;
import dev.berth.cli.remote.Statuses;
import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.RequestResult;
import dev.berth.supervise.contract.Status;
import dev.berth.sys.PeerCredentials;
import dev.berth.testkit.Fuzz;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/// Arbitrary input on a control socket: each command line is carried out, or refused with a reason.
class ControlWordsFuzzTest {
    private final ControlCommands commands = new ControlCommands(new ProgressFeed());
    private int said;

    private final SupervisorControl supervisor =
            new SupervisorControl() {
                @Override
                public CompletableFuture<RequestResult> ask(Request request) {
                    return CompletableFuture.completedFuture(new RequestResult(true, "done"));
                }

                @Override
                public CompletableFuture<Status> status() {
                    return CompletableFuture.completedFuture(Statuses.rolling());
                }
            };

    private final SupervisorLog supervisorLog =
            new SupervisorLog() {
                @Override
                public void note(String text) {
                    assertThat(text).isNotEmpty();
                }

                @Override
                public List<String> problems() {
                    return List.of();
                }
            };

    @Test
    void anyWordsAreCarriedOutOrRefused() throws Exception {
        commands.serve(supervisor, supervisorLog);
        Fuzz.ofTexts(
                        "control words",
                        "roll\0--\0serve\0--json\0",
                        "scale\0003\0",
                        "steer\0weighted:1=5%,2=3\0--columns\00080\0",
                        "steer\0least-loaded\0",
                        "drain\0--shed\0",
                        "undrain\0000\0",
                        "stop\0--json\0--colour\0")
                .check(this::check);
    }

    private void check(byte[] input) {
        List<String> words = List.of(new String(input, UTF_8).split("\0", -1));
        said = 0;
        ControlRequest parsed = ControlRequest.parse(words);
        assertThat(ControlRequest.parse(parsed.words())).isEqualTo(parsed);
        int code = commands.handle(new PeerCredentials(1, 2, 3), words, this::say, this::say);
        assertThat(code).isBetween(ExitCode.DONE, ExitCode.USAGE);
        assertThat(said).isPositive();
    }

    private void say(String line) {
        said++;
    }
}
