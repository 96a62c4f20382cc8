package dev.berth.cli.command;

import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

import java.io.IOException;

/// One verb of the command line.
public interface Subcommand {
    /// Its options and its page of the manual; the name and `--help` are added.
    CommandSpec spec();

    /// What reads its words.
    ///
    /// @param word by which it is called
    default CommandLine parser(String word) {
        CommandSpec spec = spec().name("berth " + word);
        spec.addOption(Options.help());
        return new CommandLine(spec)
                .setStopAtPositional(takesCommandLine())
                .setExpandAtFiles(false)
                .setOverwrittenOptionsAllowed(true);
    }

    /// Does it and returns the exit code.
    ///
    /// @throws UsageException when the words do not fit together
    int run(ParseResult parsed, Terminal terminal) throws UsageException, IOException;

    /// Whether another program's command line may follow, whose options are not ours.
    default boolean takesCommandLine() {
        return false;
    }
}
