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
        CommandSpec spec =
                CommandSpec.create().addPositional(Options.words("NAME", "0..*", RemoteHelp.NAME));
        spec.usageMessage()
                .customSynopsis("berth stop [NAME]")
                .description(
                        "Stop all workers, then the supervisor. New connections are refused at"
                                + " once. The workers get the stop signal, finish the connections"
                                + " they have, and are killed after the grace time. A second stop"
                                + " waits for the same shutdown.",
                        "")
                .footer(
                        "",
                        "SIGTERM, SIGINT and Ctrl-C to the supervisor do the same; a second one"
                                + " kills the remaining workers at once.");
        return spec;
    }

    @Override
    public int run(ParseResult parsed, Terminal terminal) throws UsageException, IOException {
        return SupervisorCall.change(RemoteHelp.name(parsed), new Request.Stop(), terminal);
    }
}
