package dev.berth.cli.ports;

import dev.berth.cli.command.Subcommand;
import dev.berth.cli.command.Terminal;
import dev.berth.cli.command.UsageException;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

import java.io.IOException;

/// `berth open PORT | ADDRESS:PORT`.
public final class OpenCommand implements Subcommand {
    private final Confirmation confirmation;

    public OpenCommand(Confirmation confirmation) {
        this.confirmation = confirmation;
    }

    @Override
    public CommandSpec spec() {
        CommandSpec spec = Sharing.spec("Open a UDP port despite the listed risks.");
        spec.usageMessage()
                .customSynopsis("berth open PORT | ADDRESS:PORT [--yes] [--udp --force] [--json]")
                .description(
                        "Let other processes bind the port of a running server, without restarting"
                                + " it: set SO_REUSEPORT on its sockets from outside, after"
                                + " explaining the effects and asking.",
                        "")
                .footer(
                        "",
                        "Needs the right to trace the server: its own user, root, or"
                                + " CAP_SYS_PTRACE. Connections that it has already accepted get"
                                + " the option too, because they would be in the way.",
                        "Exit code 0 if a bind with SO_REUSEPORT would succeed now, 1 otherwise.",
                        "",
                        "Example: berth open 8080");
        return spec;
    }

    @Override
    public int run(ParseResult parsed, Terminal terminal) throws UsageException, IOException {
        return new Sharing(true, confirmation, terminal, parsed).run();
    }
}
