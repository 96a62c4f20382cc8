package dev.berth.cli.remote;

import dev.berth.cli.command.Options;
import dev.berth.cli.command.UsageException;

import picocli.CommandLine.ParseResult;

import java.util.List;
import java.util.Optional;

/// What the commands to a running supervisor have in common.
public final class RemoteHelp {
    static final String NAME = "The supervisor; may be omitted if exactly one of yours is running.";

    private RemoteHelp() {}

    /// The only argument, as a name.
    static Optional<String> name(ParseResult parsed) throws UsageException {
        List<String> words = Options.words(parsed);
        if (words.size() > 1) {
            throw new UsageException("at most one NAME is allowed: " + String.join(" ", words));
        }
        return name(words);
    }

    /// The first of `words`, as a name.
    static Optional<String> name(List<String> words) throws UsageException {
        return words.isEmpty() ? Optional.empty() : Optional.of(checked(words.getFirst()));
    }

    /// Checks a name: one that is a path must not lead out of the runtime directory.
    public static String checked(String name) throws UsageException {
        if (!name.matches("[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}")) {
            throw new UsageException(
                    "a name has 1 to 64 letters, digits, '.', '_' and '-', not \"" + name + "\"");
        }
        return name;
    }
}
