package dev.berth.cli.ports;

import dev.berth.cli.command.Subcommand;
import dev.berth.cli.command.Terminal;
import dev.berth.cli.command.UsageException;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

import java.io.IOException;

/// `berth close PORT | ADDRESS:PORT`.
public final class CloseCommand implements Subcommand {
    private final Consent consent;

    public CloseCommand(Consent consent) {
        this.consent = consent;
    }

    @Override
    public CommandSpec spec() {
        CommandSpec spec =
                Sharing.spec(
                        "Also for UDP, and where several sockets share the port already, of which"
                                + " one will get everything.");
        spec.usageMessage()
                .customSynopsis(
                        "berth close PORT | ADDRESS:PORT [--yes] [--udp] [--force] [--json]")
                .description(
                        "Undo berth open: clears SO_REUSEPORT on the sockets of a running server,"
                                + " after telling what that means and asking.",
                        "")
                .footer(
                        "",
                        "No socket is closed. What cannot be undone is told: sockets that joined"
                                + " meanwhile, and what the kernel remembers of them.",
                        "Exit code 0 when the rules keep others out now, 1 when not.",
                        "",
                        "Example: berth close 8080");
        return spec;
    }

    @Override
    public int run(ParseResult parsed, Terminal terminal) throws UsageException, IOException {
        return new Sharing(false, consent, terminal, parsed).run();
    }
}
