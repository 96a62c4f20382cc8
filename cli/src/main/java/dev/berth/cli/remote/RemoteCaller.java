package dev.berth.cli.remote;

import dev.berth.cli.command.ExitCode;
import dev.berth.cli.command.Signals;
import dev.berth.cli.command.Terminal;
import dev.berth.supervise.control.ControlClient;

/// Prints what a supervisor answers. To interrupt it (Ctrl-C) once the supervisor has begun does
/// not end what it does, and it says so.
///
/// @param name the supervisor's
/// @param verb what it does
record RemoteCaller(String name, String verb, Terminal terminal) implements ControlClient.Caller {
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
