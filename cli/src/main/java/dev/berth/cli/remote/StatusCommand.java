package dev.berth.cli.remote;

import dev.berth.cli.command.Options;
import dev.berth.cli.command.Subcommand;
import dev.berth.cli.command.Terminal;
import dev.berth.cli.command.UsageException;
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
                        .addOption(Options.flag("--json", "One line of JSON, schema 1."))
                        .addPositional(
                                Options.words(
                                        "NAME",
                                        "0..*",
                                        "Which supervisor; all of yours if left out."));
        spec.usageMessage()
                .customSynopsis("berth status [NAME] [--json]")
                .description(
                        "Show a running supervisor: a row for each slot, one more for each"
                                + " further worker in it, and what needs attention below. Without"
                                + " NAME, where several run: a line for each; as JSON"
                                + " {\"schema\":1,\"supervisors\":[...],\"unknown\":[...]}, each as"
                                + " with its NAME.",
                        "")
                .footer(
                        "",
                        "The columns, the less important ones only where there is room:",
                        "  SLOT      the worker's place, from 0",
                        "  STATE     starting, ready, draining, backoff (it keeps dying), stopped",
                        "  PID, GEN  of the worker in service; GEN counts the lives in this slot",
                        "  UP        how long it has been in that state",
                        "  RESTARTS  unasked ends of a worker so far",
                        "  CONNS     open connections of the worker and all that it started",
                        "  QUEUE     connections that wait to be accepted, of how many at most",
                        "  DROPS     connections lost because that queue was full; not known with"
                                + " TCP_DEFER_ACCEPT",
                        "  STEERED   connections sent to this worker so far (by eBPF or a"
                                + " dispatcher)",
                        "What cannot be observed is -, and absent from the JSON.");
        return spec;
    }

    @Override
    public int run(ParseResult parsed, Terminal terminal) throws UsageException, IOException {
        Optional<String> name = RemoteHelp.name(parsed);
        boolean json = parsed.hasMatchedOption("--json");
        List<String> running =
                name.isEmpty() && Platform.supported() ? Remote.running() : List.of();
        if (running.size() > 1) {
            return new StatusOverview(running).print(terminal, json);
        }
        return Remote.call(name, List.of("status"), List.of(), json, terminal);
    }
}
