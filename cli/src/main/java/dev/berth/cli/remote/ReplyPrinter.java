package dev.berth.cli.remote;

import dev.berth.cli.command.ExitCode;
import dev.berth.cli.command.Terminal;
import dev.berth.supervise.control.ControlClient;
import dev.berth.supervise.control.ControlRequest;
import dev.berth.supervise.control.ControlResult;
import dev.berth.sys.SignalHandlers;

/// Prints a supervisor's answer. Ctrl-C after the supervisor has begun does not stop the operation;
/// the command then says that it goes on.
///
/// @param name the supervisor's name
/// @param request what was asked
record ReplyPrinter(String name, ControlRequest request, Terminal terminal)
        implements ControlClient.Caller {
    private static final int INT = 2;

    @Override
    public void accepted() {
        if (request instanceof ControlRequest.Change) {
            SignalHandlers.handle("INT", INT, this::leave);
        }
    }

    private void leave() {
        terminal.errLine(
                "berth: the " + request.verb() + " goes on; to see it: berth status " + name);
        System.exit(ExitCode.SIGNALLED + INT);
    }

    @Override
    public void line(String line) {
        terminal.line(line);
    }

    @Override
    public void data(String json) {
        terminal.line(json);
    }

    /// Prints the result and returns the exit code.
    int print(ControlResult result) {
        if (result.exitCode() != ExitCode.DONE) {
            terminal.errLine("berth: " + result.text());
        } else if (!result.text().isEmpty()) {
            terminal.line(result.text());
        }
        return result.exitCode();
    }
}
