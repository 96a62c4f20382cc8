package dev.berth.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.berth.cli.command.ExitCode;
import dev.berth.cli.remote.Statuses;
import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.RequestResult;
import dev.berth.supervise.contract.Status;
import dev.berth.supervise.control.CommandRefusedException;
import dev.berth.supervise.control.ControlRequest;
import dev.berth.supervise.control.ControlRequestJson;
import dev.berth.supervise.control.ControlResult;
import dev.berth.supervise.control.ControlServer;
import dev.berth.sys.PeerCredentials;
import dev.berth.testkit.Fuzz;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/// Arbitrary input on a control socket: each request is carried out, or refused with a reason.
class ControlRequestFuzzTest {
    private final ControlCommands commands = new ControlCommands(new ProgressFeed());
    private int said;

    private final SupervisorControl supervisor =
            new SupervisorControl() {
                @Override
                public CompletableFuture<RequestResult> ask(Request request) {
                    return CompletableFuture.completedFuture(new RequestResult.Stopped());
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
    void anyRequestIsCarriedOutOrRefused() throws Exception {
        commands.serve(supervisor, supervisorLog);
        Fuzz.ofTexts(
                        "control requests",
                        "{\"protocol\":2,\"command\":\"roll\",\"environment\":{\"A\":\"b\"},"
                                + "\"new_addresses\":false,\"words\":[\"serve\",\"--json\"]}",
                        "{\"protocol\":2,\"command\":\"scale\",\"workers\":3}",
                        "{\"protocol\":2,\"command\":\"steer\",\"policy\":\"weighted:1=5%\"}",
                        "{\"protocol\":2,\"command\":\"shed\",\"on\":true}",
                        "{\"protocol\":2,\"command\":\"undrain\",\"slot\":0}",
                        "{\"protocol\":2,\"command\":\"status\",\"json\":false,"
                                + "\"columns\":80,\"colour\":true}",
                        "{\"protocol\":2,\"command\":\"stop\"}")
                .check(this::check);
    }

    private void check(byte[] input) {
        ControlRequest request;
        try {
            request = ControlRequestJson.read(new String(input, UTF_8));
        } catch (CommandRefusedException refused) {
            Fuzz.require(!String.valueOf(refused.getMessage()).isEmpty(), "no reason");
            return;
        }
        said = 0;
        ControlResult result =
                commands.handle(
                        new PeerCredentials(1, 2, 3),
                        request,
                        new ControlServer.Answer() {
                            @Override
                            public void line(String line) {
                                said++;
                            }

                            @Override
                            public void data(String json) {
                                said++;
                            }
                        });
        assertThat(result.exitCode()).isBetween(ExitCode.DONE, ExitCode.USAGE);
        assertThat(said + result.text().length()).isPositive();
    }
}
