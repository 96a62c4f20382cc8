package dev.berth.cli.command;

import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

import java.io.IOException;

/// One verb of the command line.
public interface Subcommand {
    /// Its options and its help page; the caller adds the name and `--help`.
    CommandSpec spec();

    /// The parser of its arguments.
    ///
    /// @param word the verb by which it is called
    default CommandLine parser(String word) {
        CommandSpec spec = spec().name("berth " + word);
        spec.addOption(Options.help());
        return new CommandLine(spec)
                .setStopAtPositional(takesCommandLine())
                .setExpandAtFiles(false)
                .setOverwrittenOptionsAllowed(true);
    }

    /// Runs the command and returns the exit code.
    ///
    /// @throws UsageException if the arguments contradict each other
    int run(ParseResult parsed, Terminal terminal) throws UsageException, IOException;

    /// Whether another program's command line may follow; its options are not Berth's.
    default boolean takesCommandLine() {
        return false;
    }
}
