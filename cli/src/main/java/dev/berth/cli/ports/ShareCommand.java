package dev.berth.cli.ports;

import dev.berth.cli.command.Options;
import dev.berth.cli.command.Subcommand;
import dev.berth.cli.command.Terminal;
import dev.berth.cli.command.UsageException;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

import java.io.IOException;

/// `berth open PORT | ADDRESS:PORT` and `berth close PORT | ADDRESS:PORT`.
public final class ShareCommand implements Subcommand {
    private final boolean open;
    private final Confirmation confirmation;

    private ShareCommand(boolean open, Confirmation confirmation) {
        this.open = open;
        this.confirmation = confirmation;
    }

    public static ShareCommand open(Confirmation confirmation) {
        return new ShareCommand(true, confirmation);
    }

    public static ShareCommand close(Confirmation confirmation) {
        return new ShareCommand(false, confirmation);
    }

    @Override
    public CommandSpec spec() {
        String force =
                open
                        ? "Open a UDP port despite the listed risks."
                        : "Close UDP ports too, and ports that several sockets already share; one"
                                + " of them will then get everything.";
        return CommandSpec.create()
                .addOption(Options.flag("--yes", "Do not ask."))
                .addOption(Options.flag("--udp", "The port is a UDP port."))
                .addOption(Options.flag("--force", force))
                .addOption(
                        Options.flag(
                                "--json", "Print one line of JSON, schema 1; only with --yes."))
                .addPositional(
                        Options.words("PORT", "0..*", "The port, or an address with a port."));
    }

    @Override
    public int run(ParseResult parsed, Terminal terminal) throws UsageException, IOException {
        return new Sharing(open, confirmation, terminal, parsed).run();
    }
}
