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
                                                + " addresses than the old ones; clients of the"
                                                + " missing addresses are then refused."))
                        .addPositional(
                                Options.words("NAME SLOT -- COMMAND", "0..*", RemoteHelp.NAME));
        EnvironmentVariables.addTo(spec);
        spec.usageMessage()
                .customSynopsis("berth roll [NAME] [SLOT] [OPTIONS] [-- COMMAND ...]")
                .description(
                        "Replace every worker, one slot after another, without losing a connection."
                                + " In each slot the new worker starts, becomes ready and takes"
                                + " over the new connections. The old one finishes its own, is kept"
                                + " until the new one has shown that it accepts (berth run"
                                + " --prove), then gets the stop signal, and is killed after the"
                                + " grace time.",
                        "With COMMAND after --, or with variables, the new workers use these. The"
                                + " change is kept once all of them are ready, and undone in every"
                                + " slot if one does not become ready. The working directory is"
                                + " resolved again, so a changed 'current' link takes effect.",
                        "With SLOT, only the worker in that slot is replaced. A new command then"
                                + " applies to that slot only; berth status says so.",
                        "")
                .footer(
                        "",
                        "Returns when the roll is over: 0 if every slot was replaced, or 1 with the"
                                + " reason; the slots that were not replaced then serve on as"
                                + " before. Interrupting this command (Ctrl-C) does not stop the"
                                + " roll.",
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
                    "at most one NAME and the number of a slot are allowed; a new command follows"
                            + " --, for example: berth roll -- "
                            + new Command(words));
        }
        Optional<String> name =
                names.isEmpty()
                        ? Optional.empty()
                        : Optional.of(RemoteHelp.checked(names.getFirst()));
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
