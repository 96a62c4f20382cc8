package dev.berth.cli.remote;

import dev.berth.cli.command.CommandFailure;
import dev.berth.cli.command.ExitCode;
import dev.berth.cli.command.Terminal;
import dev.berth.supervise.control.ControlClient;
import dev.berth.supervise.control.RuntimeDirectory;
import dev.berth.supervise.control.UnresponsiveException;
import dev.berth.sys.Errno;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Platform;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Sends a command to a running supervisor and prints its answer.
final class SupervisorCall {
    private SupervisorCall() {}

    /// Sends words to the supervisor `name`, or to the only one, and returns the exit code.
    ///
    /// @param words the verb and its arguments; hints on how to print the answer are added
    static int call(
            Optional<String> name,
            List<String> words,
            List<String> command,
            boolean json,
            Terminal terminal)
            throws IOException {
        if (!Platform.supported()) {
            throw new CommandFailure("cannot ask a supervisor: " + Platform.describe());
        }
        String chosen = name.isPresent() ? name.get() : theOnlyOne();
        var all = new ControlRequest(words, json, terminal.colour(), terminal.columns(), command);
        try {
            var caller = new ReplyPrinter(chosen, words.getFirst(), terminal);
            return ControlClient.call(control(chosen), all.words(), caller);
        } catch (ErrnoException failed) {
            throw new CommandFailure(explain(chosen, failed), failed);
        } catch (EOFException ended) {
            return ended(chosen, words, terminal);
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

    private static Path control(String name) throws IOException {
        return RuntimeDirectory.forName(name).resolve(RuntimeDirectory.CONTROL);
    }

    /// A supervisor that was asked to stop may exit before its last line has been sent.
    private static int ended(String name, List<String> words, Terminal terminal)
            throws IOException {
        if (words.getFirst().equals("stop") && ControlClient.listener(control(name)).isEmpty()) {
            terminal.line(name + " has stopped");
            return ExitCode.DONE;
        }
        throw new CommandFailure(
                "the supervisor " + name + " ended before it answered; its own output says why");
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
                    "the supervisor "
                            + name
                            + " ended and left its control socket behind, or is still starting;"
                            + " starting it again cleans up";
            case EPERM ->
                    "nothing was sent to the supervisor "
                            + name
                            + ": "
                            + failed.getMessage()
                            + "; that is neither you nor root: remove the directory of the socket,"
                            + " or set XDG_RUNTIME_DIR to your own directory";
            case EACCES ->
                    "the supervisor "
                            + name
                            + " belongs to another user; only that user and root may control it";
            case EAGAIN ->
                    "the supervisor "
                            + name
                            + " does not answer, and too many clients are waiting for it already;"
                            + " is it stopped (SIGSTOP)?";
            default -> "cannot ask the supervisor " + name + ": " + failed.getMessage();
        };
    }

    private static String others() throws IOException {
        List<String> running = running();
        return running.isEmpty() ? "none is running" : "running: " + String.join(", ", running);
    }
}
