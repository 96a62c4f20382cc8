package dev.berth.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.cli.remote.ControlRequest;
import dev.berth.cli.remote.Statuses;
import dev.berth.supervise.contract.Command;
import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.RequestResult;
import dev.berth.supervise.contract.Status;
import dev.berth.sys.PeerCredentials;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;

class ControlCommandsTest {
    private final ProgressFeed feed = new ProgressFeed();
    private final ControlCommands commands = new ControlCommands(feed);
    private final List<Request> asked = new ArrayList<>();
    private final List<String> out = new ArrayList<>();
    private final List<String> err = new ArrayList<>();
    private final List<String> log = new ArrayList<>();
    private CompletableFuture<Status> status =
            CompletableFuture.completedFuture(Statuses.rolling());
    private RequestResult result = new RequestResult(true, "done");

    /// Prints a line in the middle of each request.
    private final SupervisorControl supervisor =
            new SupervisorControl() {
                @Override
                public CompletableFuture<RequestResult> ask(Request request) {
                    asked.add(request);
                    feed.say("working");
                    return CompletableFuture.completedFuture(result);
                }

                @Override
                public CompletableFuture<Status> status() {
                    return status;
                }
            };

    private final SupervisorLog supervisorLog =
            new SupervisorLog() {
                @Override
                public void note(String text) {
                    log.add(text);
                }

                @Override
                public List<String> problems() {
                    return List.of("the disk is full");
                }
            };

    private int handle(String... words) {
        return commands.handle(
                new PeerCredentials(4711, 1000, 1000), List.of(words), out::add, err::add);
    }

    @Test
    void beforeTheSupervisorIsReadyClientsAreAskedToTryAgain() {
        assertThat(handle("status")).isEqualTo(1);
        assertThat(err).singleElement().asString().contains("still starting");
    }

    @Test
    void wordsBecomeRequests() {
        commands.serve(supervisor, supervisorLog);
        handle("roll");
        handle("roll", "--", "new", "--json", "-x");
        handle("scale", "3");
        handle("steer", "weighted:1=5%");
        handle("drain", "--shed");
        handle("undrain", "--shed");
        handle("drain", "0");
        handle("undrain", "0");
        handle("stop");
        assertThat(asked)
                .extracting(Request::toString)
                .containsExactly(
                        "Roll[command=Optional.empty, environment={}, slot=OptionalInt.empty,"
                                + " newAddresses=false]",
                        "Roll[command=Optional[new --json -x], environment={},"
                                + " slot=OptionalInt.empty, newAddresses=false]",
                        "Scale[workers=3]",
                        "Steer[policy=Weighted[shares={1=5%}]]",
                        "Shed[shed=true]",
                        "Shed[shed=false]",
                        "Drain[slot=0]",
                        "Undrain[slot=0]",
                        "Stop[]");
    }

    @Test
    void messagesOfTheSupervisorComeBeforeTheOutcome() {
        commands.serve(supervisor, supervisorLog);
        assertThat(handle("roll")).isZero();
        assertThat(out).containsExactly("working", "done");
    }

    @Test
    void aFailureIsAnErrorAndExitCodeOne() {
        commands.serve(supervisor, supervisorLog);
        result = new RequestResult(false, "slot 0 did not become ready");
        assertThat(handle("roll")).isEqualTo(1);
        assertThat(err).containsExactly("berth: slot 0 did not become ready");
        assertThat(out).containsExactly("working");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "fly",
                "scale",
                "scale x",
                "scale 0",
                "scale 1 2",
                "roll x",
                "stop now",
                "steer",
                "steer x",
                "steer weighted:1=101%",
                "drain --shed 1"
            })
    void unknownCommandsAreRefused(String line) {
        commands.serve(supervisor, supervisorLog);
        assertThat(handle(line.split(" "))).isEqualTo(2);
        assertThat(err).hasSize(1);
        assertThat(asked).isEmpty();
    }

    @Test
    void aSupervisorThatIsEndingSaysSoInOneLine() {
        commands.serve(supervisor, supervisorLog);
        status = CompletableFuture.failedFuture(new IOException("web is stopping"));
        assertThat(handle("status")).isEqualTo(1);
        assertThat(out).isEmpty();
        assertThat(err).containsExactly("berth: web is stopping");
    }

    @Test
    void statusIsPrintedAsTheClientCanShowIt() {
        commands.serve(supervisor, supervisorLog);
        handle("status", "--columns", "40");
        assertThat(out).allMatch(line -> line.length() <= 40);
        out.clear();
        handle("status", "--json", "--columns", "40");
        assertThat(out).singleElement().asString().startsWith("{\"schema\":1,");
    }

    @Test
    void theLogSaysWhoRequestedAChangeAndHowItEnded() {
        commands.serve(supervisor, supervisorLog);
        handle("status");
        handle("roll", "--", "server\u001b[2J", "-x");
        result = new RequestResult(false, "slot 0 did not become ready\nrolled back");
        handle("scale", "3");
        assertThat(log)
                .containsExactly(
                        "roll -- 'server?[2J' -x (by uid 1000, pid 4711) begins",
                        "roll -- 'server?[2J' -x (by uid 1000, pid 4711) done: done",
                        "scale 3 (by uid 1000, pid 4711) begins",
                        "scale 3 (by uid 1000, pid 4711) failed: slot 0 did not become ready;"
                                + " rolled back");
    }

    @Test
    void aRollOfOneSlotWithVariablesIsRequestedAndLoggedWithoutTheirValues() {
        commands.serve(supervisor, supervisorLog);

        handle("roll", "2", "--env=TOKEN=secret=1", "--allow-new-addresses", "--", "new");

        Command command = new Command(List.of("new"));
        assertThat(asked)
                .containsExactly(
                        new Request.Roll(
                                Optional.of(command),
                                Map.of("TOKEN", "secret=1"),
                                OptionalInt.of(2),
                                true));
        assertThat(String.join(" ", log)).contains("roll 2 --env TOKEN=…").doesNotContain("secret");
    }

    @Test
    void noLineOfAMultilineVariableIsLogged() {
        commands.serve(supervisor, supervisorLog);

        handle("roll", "--env=KEY=BEGIN\nsecret\nlast=\n", "--env=PLAIN=1");

        assertThat(log.getFirst()).startsWith("roll --env KEY=… --env PLAIN=… (by ");
    }

    @Test
    void inTheLogTheLastOutputOfAWorkerIsOneReadableLine() {
        assertThat(
                        ChangeRequest.oneLine(
                                "ended: exit 1; its last output:\n"
                                        + "    oops\n"
                                        + "    no port\n"
                                        + "rolled back"))
                .isEqualTo("ended: exit 1; its last output: oops; no port; rolled back");
    }

    @Test
    void problemsOfTheLogAreInTheStatus() {
        commands.serve(supervisor, supervisorLog);
        handle("status", "--json");
        assertThat(out).singleElement().asString().contains("the disk is full");
    }

    @Test
    @Timeout(600)
    void nothingIsRequestedFromAStuckSupervisor() {
        commands.serve(supervisor, supervisorLog);
        status = new CompletableFuture<>();
        assertThat(handle("roll")).isEqualTo(1);
        assertThat(err)
                .singleElement()
                .asString()
                .contains("is stuck", "pid " + ProcessHandle.current().pid());
        assertThat(asked).isEmpty();
        assertThat(log).isEmpty();
    }

    @Test
    void aStopDuringAStopSaysSo() {
        commands.serve(supervisor, supervisorLog);
        status = CompletableFuture.completedFuture(Statuses.during("stop"));
        assertThat(handle("stop")).isZero();
        assertThat(out).first().asString().contains("already stopping");
    }

    @Test
    void hintsSurviveTheTransferOverTheSocket() {
        var controlRequest =
                new ControlRequest(
                        List.of("status"),
                        true,
                        true,
                        java.util.OptionalInt.of(40),
                        List.of("a", "--json"));
        assertThat(ControlRequest.parse(controlRequest.words())).isEqualTo(controlRequest);
    }
}
