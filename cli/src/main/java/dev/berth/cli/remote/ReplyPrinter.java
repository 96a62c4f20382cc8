package dev.berth.cli.remote;

import dev.berth.cli.command.ExitCode;
import dev.berth.cli.command.Signals;
import dev.berth.cli.command.Terminal;
import dev.berth.supervise.control.ControlClient;

/// Prints a supervisor's answer. Ctrl-C after the supervisor has begun does not stop the operation;
/// the command then says that it goes on.
///
/// @param name the supervisor's name
/// @param verb the operation
record ReplyPrinter(String name, String verb, Terminal terminal) implements ControlClient.Caller {
    private static final int INT = 2;

    @Override
    public void accepted() {
        if (!verb.equals("status")) {
            Signals.handle("INT", INT, this::leave);
        }
    }

    private void leave() {
        terminal.errLine("berth: the " + verb + " goes on; to see it: berth status " + name);
        System.exit(ExitCode.SIGNALLED + INT);
    }

    @Override
    public void out(String line) {
        terminal.line(line);
    }

    @Override
    public void err(String line) {
        terminal.errLine(line);
    }
}
