package dev.berth.cli.remote;

import dev.berth.cli.command.CommandFailure;
import dev.berth.cli.command.ExitCode;
import dev.berth.cli.command.Terminal;
import dev.berth.supervise.contract.Request;
import dev.berth.supervise.control.ControlClient;
import dev.berth.supervise.control.ControlRequest;
import dev.berth.supervise.control.ProtocolMismatchException;
import dev.berth.supervise.control.RuntimeDirectory;
import dev.berth.supervise.control.UnresponsiveException;
import dev.berth.sys.Errno;
import dev.berth.sys.ErrnoException;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Sends a command to a running supervisor and prints its answer.
final class SupervisorCall {
    private SupervisorCall() {}

    /// Requests a change from the supervisor `name`, or from the only one, and returns the exit
    /// code.
    static int change(Optional<String> name, Request request, Terminal terminal)
            throws IOException {
        return call(name, new ControlRequest.Change(request), terminal);
    }

    /// Sends a request to the supervisor `name`, or to the only one, and returns the exit code.
    static int call(Optional<String> name, ControlRequest request, Terminal terminal)
            throws IOException {
        CommandFailure.unlessSupported("cannot ask a supervisor");
        String chosen = name.isPresent() ? name.get() : theOnlyOne();
        try {
            var caller = new ReplyPrinter(chosen, request, terminal);
            return caller.print(ControlClient.call(control(chosen), request, caller));
        } catch (ErrnoException failed) {
            throw new CommandFailure(explain(chosen, failed), failed);
        } catch (EOFException ended) {
            return ended(chosen, request, terminal);
        } catch (ProtocolMismatchException other) {
            throw new CommandFailure(mismatch(chosen, other), other);
        } catch (UnresponsiveException late) {
            throw new CommandFailure(unanswered(chosen, late), late);
        }
    }

    private static String unanswered(String name, UnresponsiveException late) {
        String what = "the supervisor " + name + " does not answer: ";
        return late.pid() == 0
                ? what + "it is stopped (SIGSTOP), stuck or starved of CPU"
                : what
                        + late.getMessage()
                        + "; if it is stopped (SIGSTOP), this resumes it: kill -CONT "
                        + late.pid();
    }

    private static String mismatch(String name, ProtocolMismatchException other) {
        String pid = other.pid() == 0 ? "" : " " + other.pid();
        return "the supervisor "
                + name
                + " runs another version of berth: "
                + other.getMessage()
                + ". Nothing was done. Use the berth that started it, or stop it and start it"
                + " again with this one"
                + (pid.isEmpty() ? "" : " (to stop it: kill" + pid + "; to roll: kill -HUP" + pid)
                + (pid.isEmpty() ? "" : ")");
    }

    private static Path control(String name) throws IOException {
        return RuntimeDirectory.forName(name).resolve(RuntimeDirectory.CONTROL);
    }

    /// A supervisor that was asked to stop may exit before its last line has been sent.
    private static int ended(String name, ControlRequest request, Terminal terminal)
            throws IOException {
        boolean listens = ControlClient.listener(control(name)).isPresent();
        if (!listens && request.verb().equals("stop")) {
            terminal.line(name + " has stopped");
            return ExitCode.DONE;
        }
        throw new CommandFailure(
                listens
                        ? hungUp(name)
                        : "the supervisor "
                                + name
                                + " ended before it answered; its own output says why");
    }

    private static String hungUp(String name) {
        return "the supervisor "
                + name
                + " hung up before it answered; it is ending, or it is an older berth that does not"
                + " understand this one: use the berth that started it";
    }

    private static String theOnlyOne() throws IOException {
        List<String> running = running();
        return switch (running.size()) {
            case 0 ->
                    throw new CommandFailure(
                            "you have no running supervisor; start one: berth run -- COMMAND, or"
                                    + " berth demo");
            case 1 -> running.getFirst();
            default ->
                    throw new CommandFailure(
                            "several supervisors are running; name one: "
                                    + String.join(", ", running));
        };
    }

    /// The names of this user's running supervisors, including those that cannot be asked.
    static List<String> running() throws IOException {
        List<String> running = new ArrayList<>();
        for (String name : RuntimeDirectory.names()) {
            if (answers(name)) {
                running.add(name);
            }
        }
        return running;
    }

    private static boolean answers(String name) {
        try {
            return ControlClient.listener(control(name)).isPresent();
        } catch (IOException unknown) {
            // It belongs to another user or is overloaded: it exists.
            return true;
        }
    }

    private static String explain(String name, ErrnoException failed) throws IOException {
        return switch (failed.name().orElse(Errno.UNLISTED)) {
            case ENOENT -> "you have no running supervisor named " + name + "; " + others();
            case ECONNREFUSED ->
                    ("the supervisor %s ended and left its control socket behind, or"
                                    + " is still starting; starting it again cleans up")
                            .formatted(name);
            case EPERM ->
                    ("nothing was sent to the supervisor %s: %s; that is neither you"
                                    + " nor root: remove the directory of the socket, or set"
                                    + " XDG_RUNTIME_DIR to your own directory")
                            .formatted(name, failed.getMessage());
            case EACCES ->
                    "the supervisor "
                            + name
                            + " belongs to another user; only that user and root may control it";
            case ECONNRESET -> hungUp(name);
            case EAGAIN ->
                    ("the supervisor %s does not answer, and too many clients are"
                                    + " waiting for it already; is it stopped (SIGSTOP)?")
                            .formatted(name);
            default -> "cannot ask the supervisor " + name + ": " + failed.getMessage();
        };
    }

    private static String others() throws IOException {
        List<String> running = running();
        return running.isEmpty() ? "none is running" : "running: " + String.join(", ", running);
    }
}
