package dev.berth.cli.run;

import dev.berth.cli.command.ExitCode;
import dev.berth.cli.command.UsageException;
import dev.berth.cli.command.Version;
import dev.berth.cli.remote.ControlRequest;
import dev.berth.cli.remote.DrainCommand;
import dev.berth.cli.remote.RollArguments;
import dev.berth.cli.remote.StatusJson;
import dev.berth.cli.remote.StatusTable;
import dev.berth.inspect.Printable;
import dev.berth.supervise.contract.Command;
import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.Status;
import dev.berth.supervise.control.ControlServer;
import dev.berth.sys.PeerCredentials;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/// The supervisor's side of `status`, `roll`, `scale`, `steer`, `drain`, `undrain` and `stop`:
/// takes the words of a command and answers with lines.
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
    public int handle(
            PeerCredentials client,
            List<String> words,
            Consumer<String> out,
            Consumer<String> err) {
        Target now = served.get();
        if (now == null) {
            err.accept("berth: the supervisor is still starting; try again");
            return ExitCode.FAILED;
        }
        try {
            ControlRequest parsed = ControlRequest.parse(words);
            if (parsed.arguments().equals(List.of("status"))) {
                print(status(now), parsed, out);
                return ExitCode.DONE;
            }
            return change(now, parsed, client).apply(request(parsed), out, err);
        } catch (UsageException | IllegalArgumentException wrong) {
            err.accept("berth: " + wrong.getMessage());
            return ExitCode.USAGE;
        } catch (InterruptedException | TimeoutException late) {
            err.accept(
                    "berth: the supervisor (pid "
                            + ProcessHandle.current().pid()
                            + ") accepted the command but is not responding; it is stuck or starved"
                            + " of CPU");
            return ExitCode.FAILED;
        } catch (ExecutionException failed) {
            Throwable cause = Objects.requireNonNullElse(failed.getCause(), failed);
            err.accept("berth: " + cause.getMessage());
            return ExitCode.FAILED;
        }
    }

    private static Status status(Target now)
            throws InterruptedException, ExecutionException, TimeoutException {
        Status status = now.supervisor().status().get(STATUS_SECONDS, TimeUnit.SECONDS);
        return status.withNotes(now.supervisorLog().problems());
    }

    private ChangeRequest change(
            Target now, ControlRequest controlRequest, PeerCredentials client) {
        String what = RollArguments.shown(controlRequest.arguments());
        if (!controlRequest.command().isEmpty()) {
            String command = new Command(controlRequest.command()).toString();
            what += " -- " + Printable.command(command, MOST_COMMAND);
        }
        String by = "uid " + client.uid() + (client.pid() == 0 ? "" : ", pid " + client.pid());
        return new ChangeRequest(
                now.supervisor(),
                now.supervisorLog(),
                feed,
                what + " (by " + by + ")",
                SameTerminal.as(client.pid()));
    }

    private static void print(Status status, ControlRequest controlRequest, Consumer<String> out) {
        if (controlRequest.json()) {
            out.accept(StatusJson.of(status));
        } else {
            new StatusTable(controlRequest.columns(), controlRequest.colour(), Instant.now())
                    .lines(status)
                    .forEach(out);
        }
    }

    private static Request request(ControlRequest controlRequest) throws UsageException {
        List<String> arguments = controlRequest.arguments();
        String verb = arguments.isEmpty() ? "" : arguments.getFirst();
        boolean alone = arguments.size() == 1;
        boolean one = arguments.size() == 2;
        if (RollArguments.are(arguments)) {
            return RollArguments.parse(arguments).request(controlRequest.command());
        }
        if (arguments.equals(List.of("drain", DrainCommand.SHED))) {
            return new Request.Shed(true);
        }
        if (arguments.equals(List.of("undrain", DrainCommand.SHED))) {
            return new Request.Shed(false);
        }
        if (verb.equals("stop") && alone) {
            return new Request.Stop();
        }
        return switch (one ? verb : "") {
            case "steer" -> new Request.Steer(Policy.parse(arguments.get(1)));
            case "scale" -> new Request.Scale(number(arguments.get(1)));
            case "drain" -> new Request.Drain(number(arguments.get(1)));
            case "undrain" -> new Request.Undrain(number(arguments.get(1)));
            default ->
                    throw new UsageException(
                            "this supervisor (berth "
                                    + Version.TEXT
                                    + ") does not know the command: "
                                    + String.join(" ", arguments));
        };
    }

    private static int number(String text) throws UsageException {
        if (!text.matches("[0-9]{1,6}")) {
            throw new UsageException("not a number: " + text);
        }
        return Integer.parseInt(text);
    }
}
