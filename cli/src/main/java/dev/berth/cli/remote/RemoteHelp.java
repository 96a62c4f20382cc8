package dev.berth.cli.remote;

import dev.berth.cli.command.Options;
import dev.berth.cli.command.UsageException;

import picocli.CommandLine.ParseResult;

import java.util.List;
import java.util.Optional;

/// What the commands to a running supervisor have in common.
public final class RemoteHelp {
    static final String NAME =
            "Which supervisor; may be left out where exactly one of yours is running.";

    private RemoteHelp() {}

    /// The only word, as a name.
    static Optional<String> name(ParseResult parsed) throws UsageException {
        List<String> words = Options.words(parsed);
        if (words.size() > 1) {
            throw new UsageException("one NAME at most: " + String.join(" ", words));
        }
        return words.isEmpty() ? Optional.empty() : Optional.of(checked(words.getFirst()));
    }

    /// A word that is a path must not lead out of the runtime directory.
    public static String checked(String name) throws UsageException {
        if (!name.matches("[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}")) {
            throw new UsageException(
                    "a name has letters, digits, '.', '_' and '-', 1 to 64 of them, not \""
                            + name
                            + "\"");
        }
        return name;
    }
}
