package dev.berth.cli.remote;

import dev.berth.cli.command.Options;
import dev.berth.cli.command.Subcommand;
import dev.berth.cli.command.Terminal;
import dev.berth.cli.command.UsageException;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// `berth roll [NAME] [-- COMMAND …]`.
public final class RollCommand implements Subcommand {
    @Override
    public CommandSpec spec() {
        CommandSpec spec =
                CommandSpec.create()
                        .addPositional(Options.words("NAME -- COMMAND", "0..*", RemoteHelp.NAME));
        spec.usageMessage()
                .customSynopsis("berth roll [NAME] [-- COMMAND ...]")
                .description(
                        "Replace every worker, one slot after the other, without losing a"
                                + " connection: the next one is started, becomes ready, takes the"
                                + " new connections; the old one finishes its own, is told to stop,"
                                + " and after the grace time killed.",
                        "With COMMAND after --, the new workers run that; it is remembered when all"
                                + " of them became ready, and taken back everywhere when one does"
                                + " not. The working directory is resolved again, so a changed"
                                + " 'current' link takes effect.",
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
    public boolean takesCommandLine() {
        return true;
    }

    @Override
    public int run(ParseResult parsed, Terminal terminal) throws UsageException, IOException {
        List<String> words = Options.words(parsed);
        List<String> given = parsed.originalArgs();
        int end = given.indexOf("--");
        if (end < 0 && words.size() > 1) {
            throw new UsageException(
                    "one NAME at most; a new command follows --, as in: berth roll -- "
                            + String.join(" ", words));
        }
        if (end >= 0 && end == given.size() - 1) {
            throw new UsageException("no command after --");
        }
        List<String> command = end < 0 ? List.of() : given.subList(end + 1, given.size());
        if (end >= 0 && command.getFirst().isBlank()) {
            throw new UsageException("the command after -- is empty; is a variable in it unset?");
        }
        List<String> before = end < 0 ? words : given.subList(0, end);
        if (before.size() > 1) {
            throw new UsageException("one NAME at most: " + String.join(" ", before));
        }
        Optional<String> name =
                before.isEmpty()
                        ? Optional.empty()
                        : Optional.of(RemoteHelp.checked(before.getFirst()));
        return Remote.call(name, List.of("roll"), command, false, terminal);
    }
}
