package dev.berth.cli.ports;

import dev.berth.cli.command.Subcommand;
import dev.berth.cli.command.Terminal;
import dev.berth.cli.command.UsageException;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

import java.io.IOException;

/// `berth close PORT | ADDRESS:PORT`.
public final class CloseCommand implements Subcommand {
    private final Confirmation confirmation;

    public CloseCommand(Confirmation confirmation) {
        this.confirmation = confirmation;
    }

    @Override
    public CommandSpec spec() {
        CommandSpec spec =
                Sharing.spec(
                        "Close UDP ports too, and ports that several sockets already share; one of"
                                + " them will then get everything.");
        spec.usageMessage()
                .customSynopsis(
                        "berth close PORT | ADDRESS:PORT [--yes] [--udp] [--force] [--json]")
                .description(
                        "Undo berth open: clear SO_REUSEPORT on the sockets of a running server,"
                                + " after explaining the effects and asking.",
                        "")
                .footer(
                        "",
                        "No socket is closed. The command lists what cannot be undone: sockets that"
                                + " have joined meanwhile, and what the kernel remembers about"
                                + " them.",
                        "Exit code 0 if the rules now keep others out, 1 otherwise.",
                        "",
                        "Example: berth close 8080");
        return spec;
    }

    @Override
    public int run(ParseResult parsed, Terminal terminal) throws UsageException, IOException {
        return new Sharing(false, confirmation, terminal, parsed).run();
    }
}
