package dev.berth.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.cli.remote.Statuses;
import dev.berth.supervise.contract.Command;
import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.RequestResult;
import dev.berth.supervise.contract.Status;
import dev.berth.supervise.control.ControlRequest;
import dev.berth.supervise.control.ControlResult;
import dev.berth.supervise.control.ControlServer;
import dev.berth.sys.PeerCredentials;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

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
    private RequestResult result = new RequestResult.Stopped();

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

    private final ControlServer.Answer answer =
            new ControlServer.Answer() {
                @Override
                public void line(String line) {
                    out.add(line);
                }

                @Override
                public void data(String json) {
                    out.add(json);
                }
            };

    private int handle(ControlRequest request) {
        ControlResult handled =
                commands.handle(new PeerCredentials(4711, 1000, 1000), request, answer);
        (handled.exitCode() == 0 ? out : err).add(handled.text());
        return handled.exitCode();
    }

    private int handle(Request change) {
        return handle(new ControlRequest.Change(change));
    }

    private int status() {
        return handle(ControlRequest.ShowStatus.data());
    }

    private static Request.Roll roll(String... words) {
        return new Request.Roll(
                Optional.of(List.of(words)).filter(all -> !all.isEmpty()).map(Command::new));
    }

    @Test
    void beforeTheSupervisorIsReadyClientsAreAskedToTryAgain() {
        assertThat(status()).isEqualTo(1);
        assertThat(err).singleElement().asString().contains("still starting");
    }

    @Test
    void changesAreRequestedFromTheSupervisor() {
        commands.serve(supervisor, supervisorLog);
        List<Request> changes =
                List.of(roll(), roll("new", "--json"), new Request.Scale(3), new Request.Stop());
        changes.forEach(this::handle);
        assertThat(asked).isEqualTo(changes);
    }

    @Test
    void messagesOfTheSupervisorComeBeforeTheOutcome() {
        commands.serve(supervisor, supervisorLog);
        assertThat(handle(roll())).isZero();
        assertThat(out).containsExactly("working", "stopped");
    }

    @Test
    void aFailureIsAnErrorAndExitCodeOne() {
        commands.serve(supervisor, supervisorLog);
        result = new RequestResult.Impossible("slot 0 did not become ready");
        assertThat(handle(roll())).isEqualTo(1);
        assertThat(err).containsExactly("slot 0 did not become ready");
        assertThat(out).containsExactly("working");
    }

    @Test
    void aSupervisorThatIsEndingSaysSoInOneLine() {
        commands.serve(supervisor, supervisorLog);
        status = CompletableFuture.failedFuture(new IOException("web is stopping"));
        assertThat(status()).isEqualTo(1);
        assertThat(out).isEmpty();
        assertThat(err).containsExactly("web is stopping");
    }

    @Test
    void statusIsPrintedAsTheClientCanShowIt() {
        commands.serve(supervisor, supervisorLog);
        handle(new ControlRequest.ShowStatus(false, OptionalInt.of(40), false));
        assertThat(out).allMatch(line -> line.length() <= 40);
        out.clear();
        handle(new ControlRequest.ShowStatus(true, OptionalInt.of(40), false));
        assertThat(out).first().asString().startsWith("{\"schema\":1,");
    }

    @Test
    void theLogSaysWhoRequestedAChangeAndHowItEnded() {
        commands.serve(supervisor, supervisorLog);
        status();
        handle(roll("server\u001b[2J", "-x"));
        result = new RequestResult.Impossible("slot 0 did not become ready\nrolled back");
        handle(new Request.Scale(3));
        assertThat(log)
                .containsExactly(
                        "roll -- 'server?[2J' -x (by uid 1000, pid 4711) begins",
                        "roll -- 'server?[2J' -x (by uid 1000, pid 4711) done: stopped",
                        "scale 3 (by uid 1000, pid 4711) begins",
                        "scale 3 (by uid 1000, pid 4711) failed: slot 0 did not become ready;"
                                + " rolled back");
    }

    @Test
    void aRollOfOneSlotWithVariablesIsRequestedAndLoggedWithoutTheirValues() {
        commands.serve(supervisor, supervisorLog);

        Command command = new Command(List.of("new"));
        var roll =
                new Request.Roll(
                        Optional.of(command), Map.of("TOKEN", "secret=1"), OptionalInt.of(2), true);
        handle(roll);

        assertThat(asked).containsExactly(roll);
        assertThat(String.join(" ", log)).contains("roll 2 --env TOKEN=…").doesNotContain("secret");
    }

    @Test
    void noLineOfAMultilineVariableIsLogged() {
        commands.serve(supervisor, supervisorLog);

        Map<String, String> variables = Map.of("KEY", "BEGIN\nsecret\nlast=\n", "PLAIN", "1");
        handle(new Request.Roll(Optional.empty(), variables, OptionalInt.empty(), false));

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
        status();
        assertThat(out).first().asString().contains("the disk is full");
    }

    @Test
    @Timeout(600)
    void nothingIsRequestedFromAStuckSupervisor() {
        commands.serve(supervisor, supervisorLog);
        status = new CompletableFuture<>();
        assertThat(handle(roll())).isEqualTo(1);
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
        assertThat(handle(new Request.Stop())).isZero();
        assertThat(out).first().asString().contains("already stopping");
    }
}
