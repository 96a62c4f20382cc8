package dev.berth.cli.remote;

import dev.berth.cli.command.EnvironmentVariables;
import dev.berth.cli.command.Options;
import dev.berth.cli.command.Subcommand;
import dev.berth.cli.command.Terminal;
import dev.berth.cli.command.UsageException;
import dev.berth.supervise.contract.Command;
import dev.berth.supervise.contract.Request;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// `berth roll [NAME] [SLOT] [OPTIONS] [-- COMMAND …]`.
public final class RollCommand implements Subcommand {
    public static final String NEW_ADDRESSES = "--allow-new-addresses";

    @Override
    public CommandSpec spec() {
        CommandSpec spec =
                CommandSpec.create()
                        .addOption(
                                Options.flag(
                                        NEW_ADDRESSES,
                                        "Allow the new workers to listen on fewer or other"
                                                + " addresses than the old ones. Clients of the"
                                                + " missing addresses are then refused."))
                        .addPositional(
                                Options.words("NAME SLOT -- COMMAND", "0..*", RemoteHelp.NAME));
        EnvironmentVariables.addTo(spec);
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
                    "at most one NAME and the number of a slot are allowed; a new command follows"
                            + " --, for example: berth roll -- "
                            + new Command(words));
        }
        Optional<String> name = RemoteHelp.name(names);
        Request roll =
                new Request.Roll(
                        Optional.of(command).filter(all -> !all.isEmpty()).map(Command::new),
                        EnvironmentVariables.of(parsed),
                        slot
                                ? OptionalInt.of(Integer.parseInt(before.getLast()))
                                : OptionalInt.empty(),
                        parsed.hasMatchedOption(NEW_ADDRESSES));
        return SupervisorCall.change(name, roll, terminal);
    }
}
