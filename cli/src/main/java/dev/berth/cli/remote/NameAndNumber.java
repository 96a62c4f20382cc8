package dev.berth.cli.remote;

import dev.berth.cli.command.Options;
import dev.berth.cli.command.UsageException;

import picocli.CommandLine.ParseResult;

import java.util.List;
import java.util.Optional;

/// The arguments `[NAME] NUMBER`.
record NameAndNumber(Optional<String> name, String number) {
    int value() {
        return Integer.parseInt(number);
    }

    /// Reads the arguments.
    ///
    /// @param what the meaning of the number, for the error message
    static NameAndNumber of(ParseResult parsed, String what) throws UsageException {
        List<String> words = Options.words(parsed);
        String last = words.isEmpty() ? "" : words.getLast();
        if (words.size() > 2 || !last.matches("[0-9]{1,6}")) {
            throw new UsageException(
                    "needs [NAME] and " + what + ", not: " + String.join(" ", words));
        }
        return new NameAndNumber(RemoteHelp.name(words.subList(0, words.size() - 1)), last);
    }
}
