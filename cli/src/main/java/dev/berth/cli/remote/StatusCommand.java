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
        CommandSpec spec =
                CommandSpec.create()
                        .addOption(Options.flag("--json", "Print one line of JSON, schema 1."))
                        .addPositional(
                                Options.words(
                                        "NAME",
                                        "0..*",
                                        "The supervisor; all of yours if omitted."));
        spec.usageMessage()
                .customSynopsis("berth status [NAME] [--json]")
                .description(
                        "Show a running supervisor: a row for each slot, another row for each"
                                + " further worker in it, and below the table what needs attention."
                                + " Without NAME, if several supervisors are running, show a line"
                                + " for each; as JSON"
                                + " {\"schema\":1,\"supervisors\":[...],\"unknown\":[...]}, with"
                                + " the same object for each as with its NAME.",
                        "")
                .footer(
                        "",
                        "The columns (less important ones are left out if there is no room):",
                        "  SLOT      the number of the slot, from 0",
                        "  STATE     starting, ready, draining, backoff (a crash loop), stopped",
                        "  PID, GEN  of the worker in service; GEN counts the workers started in"
                                + " this slot",
                        "  UP        how long the slot has been in that state",
                        "  RESTARTS  how often a worker has exited unexpectedly so far",
                        "  CONNS     open connections of the worker and all processes that it"
                                + " started",
                        "  QUEUE     connections waiting to be accepted, and their maximum",
                        "  DROPS     connections lost because that queue was full; unknown with"
                                + " TCP_DEFER_ACCEPT",
                        "  STEERED   connections sent to this worker so far (by eBPF or a"
                                + " dispatcher)",
                        "  SHARE     this worker's part of new connections now, as steered (the"
                                + " mean over the addresses)",
                        "Values that cannot be observed are shown as -, and are absent from the"
                                + " JSON.");
        return spec;
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
