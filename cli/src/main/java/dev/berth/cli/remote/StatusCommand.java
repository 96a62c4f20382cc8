package dev.berth.cli.remote;

import dev.berth.cli.command.Options;
import dev.berth.cli.command.Subcommand;
import dev.berth.cli.command.Terminal;
import dev.berth.cli.command.UsageException;
import dev.berth.supervise.control.ControlRequest;
import dev.berth.sys.Platform;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// `berth status [NAME] [--json]`.
public final class StatusCommand implements Subcommand {
    @Override
    public CommandSpec spec() {
        return CommandSpec.create()
                .addOption(Options.flag("--json", "Print one line of JSON, schema 1."))
                .addPositional(
                        Options.words("NAME", "0..*", "The supervisor; all of yours if omitted."));
    }

    @Override
    public int run(ParseResult parsed, Terminal terminal) throws UsageException, IOException {
        Optional<String> name = RemoteHelp.name(parsed);
        boolean json = parsed.hasMatchedOption("--json");
        List<String> running =
                name.isEmpty() && Platform.supported() ? SupervisorCall.running() : List.of();
        if (running.size() > 1) {
            return new StatusOverview(running).print(terminal, json);
        }
        var request = new ControlRequest.ShowStatus(json, terminal.columns(), terminal.colour());
        return SupervisorCall.call(name, request, terminal);
    }
}
