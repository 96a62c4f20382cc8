package dev.berth.cli.run;

import dev.berth.cli.command.ExitCode;
import dev.berth.cli.remote.DrainCommand;
import dev.berth.cli.remote.RollCommand;
import dev.berth.cli.remote.StatusJson;
import dev.berth.cli.remote.StatusTable;
import dev.berth.inspect.Printable;
import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.Status;
import dev.berth.supervise.control.ControlRequest;
import dev.berth.supervise.control.ControlResult;
import dev.berth.supervise.control.ControlServer;
import dev.berth.sys.PeerCredentials;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.Objects;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;

/// The supervisor's side of `status`, `roll`, `scale`, `steer`, `drain`, `undrain` and `stop`.
public final class ControlCommands implements ControlServer.Handler {
    private static final long STATUS_SECONDS = 5;
    private static final int MOST_COMMAND = 60;

    private final AtomicReference<@Nullable Target> served = new AtomicReference<>();
    private final ProgressFeed feed;

    private record Target(SupervisorControl supervisor, SupervisorLog supervisorLog) {}

    public ControlCommands(ProgressFeed feed) {
        this.feed = feed;
    }

    /// Carries out commands from now on. Until then, clients are asked to try again.
    public void serve(SupervisorControl supervisor, SupervisorLog supervisorLog) {
        served.set(new Target(supervisor, supervisorLog));
    }

    @Override
    public ControlResult handle(
            PeerCredentials client, ControlRequest request, ControlServer.Answer answer) {
        Target now = served.get();
        if (now == null) {
            return failed(
                    ControlResult.Kind.REFUSED, "the supervisor is still starting; try again");
        }
        try {
            return switch (request) {
                case ControlRequest.ShowStatus show -> {
                    show(status(now), show, answer);
                    yield new ControlResult(ControlResult.Kind.DONE, ExitCode.DONE, "");
                }
                case ControlRequest.Change(Request change) ->
                        change(now, change, client).apply(change, answer::line);
            };
        } catch (InterruptedException | TimeoutException late) {
            return failed(
                    ControlResult.Kind.FAILED,
                    "the supervisor (pid "
                            + ProcessHandle.current().pid()
                            + ") accepted the command but is not responding; it is stuck or starved"
                            + " of CPU");
        } catch (ExecutionException failed) {
            Throwable cause = Objects.requireNonNullElse(failed.getCause(), failed);
            return failed(ControlResult.Kind.FAILED, String.valueOf(cause.getMessage()));
        }
    }

    private static ControlResult failed(ControlResult.Kind kind, String text) {
        return new ControlResult(kind, ExitCode.FAILED, text);
    }

    private static Status status(Target now)
            throws InterruptedException, ExecutionException, TimeoutException {
        Status status = now.supervisor().status().get(STATUS_SECONDS, TimeUnit.SECONDS);
        return status.withNotes(now.supervisorLog().problems());
    }

    private ChangeRequest change(Target now, Request request, PeerCredentials client) {
        String by = "uid " + client.uid() + (client.pid() == 0 ? "" : ", pid " + client.pid());
        return new ChangeRequest(
                now.supervisor(),
                now.supervisorLog(),
                feed,
                shown(request) + " (by " + by + ")",
                SameTerminal.as(client.pid()));
    }

    /// A request for the log: variables without their values, which may be secret.
    private static String shown(Request request) {
        String verb = new ControlRequest.Change(request).verb();
        return switch (request) {
            case Request.Roll roll -> verb + shown(roll);
            case Request.Scale(int workers) -> verb + " " + workers;
            case Request.ScaleBy(int difference) -> verb + " by " + difference;
            case Request.Steer(Policy policy) -> verb + " " + policy.word();
            case Request.Drain(int slot) -> verb + " " + slot;
            case Request.Undrain(int slot) -> verb + " " + slot;
            case Request.Shed _ -> verb + " " + DrainCommand.SHED;
            case Request.Stop _ -> verb;
        };
    }

    private static String shown(Request.Roll roll) {
        var text = new StringBuilder();
        roll.slot().ifPresent(slot -> text.append(' ').append(slot));
        new TreeSet<>(roll.environment().keySet())
                .forEach(name -> text.append(" --env ").append(name).append("=…"));
        if (roll.newAddresses()) {
            text.append(' ').append(RollCommand.NEW_ADDRESSES);
        }
        roll.command()
                .map(command -> Printable.command(command.toString(), MOST_COMMAND))
                .ifPresent(command -> text.append(" -- ").append(command));
        return text.toString();
    }

    private static void show(
            Status status, ControlRequest.ShowStatus request, ControlServer.Answer answer) {
        if (request.json()) {
            answer.data(StatusJson.of(status));
        } else {
            new StatusTable(request.columns(), request.colour(), Instant.now())
                    .lines(status)
                    .forEach(answer::line);
        }
    }
}
