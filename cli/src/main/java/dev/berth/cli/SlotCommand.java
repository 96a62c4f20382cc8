package dev.berth.cli;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

import java.io.IOException;
import java.util.List;

/// `berth drain [NAME] SLOT` and `berth undrain [NAME] SLOT`.
final class SlotCommand implements Subcommand {
    private final Verb verb;

    SlotCommand(Verb verb) {
        this.verb = verb;
    }

    @Override
    public CommandSpec spec() {
        CommandSpec spec =
                CommandSpec.create()
                        .addPositional(Options.words("NAME SLOT", "0..*", RemoteHelp.NAME));
        spec.usageMessage()
                .customSynopsis("berth " + verb.word() + " [NAME] SLOT")
                .description(
                        verb == Verb.DRAIN
                                ? "Send no new connections to the worker in SLOT; it lives on and"
                                        + " finishes those it has. For a look at a worker in"
                                        + " peace: a heap dump, a debugger, a profile."
                                : "Send new connections to the worker in SLOT again.",
                        "")
                .footer(
                        "",
                        verb == Verb.DRAIN
                                ? "Returns when no connection of it is busy, or when the drain time"
                                        + " is over. The only worker in service is not drained."
                                        + " Back: berth undrain SLOT."
                                : "Slots count from 0, as in berth status.");
        return spec;
    }

    @Override
    public int run(ParseResult parsed, Terminal terminal) throws UsageException, IOException {
        Numbered words = Numbered.of(parsed, "the number of a slot");
        return Remote.call(
                words.name(), List.of(verb.word(), words.number()), List.of(), false, terminal);
    }
}
