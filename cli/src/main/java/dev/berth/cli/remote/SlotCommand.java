package dev.berth.cli.remote;

import dev.berth.cli.command.Options;
import dev.berth.cli.command.Subcommand;
import dev.berth.cli.command.Terminal;
import dev.berth.cli.command.UsageException;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

import java.io.IOException;
import java.util.List;

/// `berth drain [NAME] SLOT` and `berth undrain [NAME] SLOT`; with `--shed` of all slots.
public final class SlotCommand implements Subcommand {
    /// In place of a slot: refuse what is new, whoever is ready.
    public static final String SHED = "--shed";

    private final boolean drains;

    private SlotCommand(boolean drains) {
        this.drains = drains;
    }

    public static SlotCommand drain() {
        return new SlotCommand(true);
    }

    public static SlotCommand undrain() {
        return new SlotCommand(false);
    }

    private String word() {
        return drains ? "drain" : "undrain";
    }

    @Override
    public CommandSpec spec() {
        CommandSpec spec =
                CommandSpec.create()
                        .addOption(
                                Options.flag(
                                        SHED,
                                        drains
                                                ? "Maintenance: refuse every new connection at once"
                                                        + " (a datagram is dropped), of all slots,"
                                                        + " until berth undrain --shed. Needs eBPF."
                                                : "Take new connections again, after drain"
                                                        + " --shed."))
                        .addPositional(Options.words("NAME SLOT", "0..*", RemoteHelp.NAME));
        spec.usageMessage()
                .customSynopsis("berth " + word() + " [NAME] (SLOT | " + SHED + ")")
                .description(
                        drains
                                ? "Send no new connections to the worker in SLOT; it lives on and"
                                        + " finishes those it has. For a look at a worker in"
                                        + " peace: a heap dump, a debugger, a profile."
                                : "Send new connections to the worker in SLOT again.",
                        "")
                .footer(
                        "",
                        drains
                                ? "Returns when no connection of it is busy, or when the drain time"
                                        + " is over. The only worker in service is not drained."
                                        + " Back: berth undrain SLOT."
                                : "Slots count from 0, as in berth status.");
        return spec;
    }

    @Override
    public int run(ParseResult parsed, Terminal terminal) throws UsageException, IOException {
        if (parsed.hasMatchedOption(SHED)) {
            List<String> all = Options.words(parsed);
            if (all.size() > 1 && all.getLast().matches("[0-9]+")) {
                throw new UsageException(
                        SHED + " is for all slots: give no SLOT beside it, or leave it away");
            }
            return Remote.call(
                    RemoteHelp.name(parsed), List.of(word(), SHED), List.of(), false, terminal);
        }
        Numbered words = Numbered.of(parsed, "the number of a slot");
        return Remote.call(
                words.name(), List.of(word(), words.number()), List.of(), false, terminal);
    }
}
