package dev.berth.cli.remote;

import dev.berth.cli.command.Options;
import dev.berth.cli.command.Subcommand;
import dev.berth.cli.command.Terminal;
import dev.berth.cli.command.UsageException;
import dev.berth.supervise.contract.Request;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

import java.io.IOException;

/// `berth stop [NAME]`.
public final class StopCommand implements Subcommand {
    @Override
    public CommandSpec spec() {
        return CommandSpec.create().addPositional(Options.words("NAME", "0..*", RemoteHelp.NAME));
    }

    @Override
    public int run(ParseResult parsed, Terminal terminal) throws UsageException, IOException {
        return SupervisorCall.change(RemoteHelp.name(parsed), new Request.Stop(), terminal);
    }
}
