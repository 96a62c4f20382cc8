package dev.berth.cli.remote;

import dev.berth.cli.command.Options;
import dev.berth.cli.command.Subcommand;
import dev.berth.cli.command.Terminal;
import dev.berth.cli.command.UsageException;
import dev.berth.cli.command.Variables;
import dev.berth.supervise.contract.Command;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// `berth roll [NAME] [SLOT] [OPTIONS] [-- COMMAND …]`.
public final class RollCommand implements Subcommand {
    @Override
    public CommandSpec spec() {
        CommandSpec spec =
                CommandSpec.create()
                        .addOption(
                                Options.flag(
                                        RollWords.NEW_ADDRESSES,
                                        "Let the new workers listen on fewer or other addresses"
                                                + " than the old ones; clients of the others are"
                                                + " refused then."))
                        .addPositional(
                                Options.words("NAME SLOT -- COMMAND", "0..*", RemoteHelp.NAME));
        Variables.addTo(spec);
        spec.usageMessage()
                .customSynopsis("berth roll [NAME] [SLOT] [OPTIONS] [-- COMMAND ...]")
                .description(
                        "Replace every worker, one slot after the other, without losing a"
                                + " connection: the next one is started, becomes ready, takes the"
                                + " new connections; the old one finishes its own, is kept until"
                                + " the new one has shown that it accepts (--prove of berth run),"
                                + " is told to stop, and after the grace time killed.",
                        "With COMMAND after --, or with variables, the new workers run that; it is"
                                + " remembered when all of them became ready, and taken back"
                                + " everywhere when one does not. The working directory is"
                                + " resolved again, so a changed 'current' link takes effect.",
                        "With SLOT, only the worker in that slot is replaced; a new command is then"
                                + " in that slot only, as berth status says.",
                        "")
                .footer(
                        "",
                        "Returns when the roll is over: 0 when every slot was replaced, 1 when not,"
                                + " with the reason; what worked before then serves on. To be"
                                + " interrupted (Ctrl-C) does not stop the roll.",
                        "SIGHUP to the supervisor does the same.");
        return spec;
    }

    @Override
    public int run(ParseResult parsed, Terminal terminal) throws UsageException, IOException {
        List<String> words = Options.words(parsed);
        List<String> given = parsed.originalArgs();
        int end = given.indexOf("--");
        if (end >= 0 && end == given.size() - 1) {
            throw new UsageException("no command after --");
        }
        List<String> command = end < 0 ? List.of() : given.subList(end + 1, given.size());
        if (end >= 0 && command.getFirst().isBlank()) {
            throw new UsageException("the command after -- is empty; is a variable in it unset?");
        }
        List<String> before = words.subList(0, words.size() - command.size());
        boolean slot = !before.isEmpty() && before.getLast().matches("[0-9]{1,6}");
        List<String> names = slot ? before.subList(0, before.size() - 1) : before;
        if (names.size() > 1) {
            throw new UsageException(
                    "one NAME at most, and the number of a slot; a new command follows --, as in:"
                            + " berth roll -- "
                            + new Command(words));
        }
        Optional<String> name =
                names.isEmpty()
                        ? Optional.empty()
                        : Optional.of(RemoteHelp.checked(names.getFirst()));
        RollWords roll =
                new RollWords(
                        slot
                                ? OptionalInt.of(Integer.parseInt(before.getLast()))
                                : OptionalInt.empty(),
                        Variables.of(parsed),
                        parsed.hasMatchedOption(RollWords.NEW_ADDRESSES));
        return Remote.call(name, roll.words(), command, false, terminal);
    }
}
