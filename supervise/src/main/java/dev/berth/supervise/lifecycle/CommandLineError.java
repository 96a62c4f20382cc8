package dev.berth.supervise.lifecycle;

import java.util.Set;
import java.util.regex.Pattern;

/// Recognizes a program that did not understand its command line: another try would end the same
/// way.
final class CommandLineError {
    /// Exit codes that programs use when their command line is wrong.
    private static final Set<Integer> CODES = Set.of(2, 64);

    private static final Pattern OUTPUT =
            Pattern.compile(
                    "usage:|(unknown|unrecognized|unrecognised|invalid|illegal|bad)"
                        + " (option|argument|flag)|no such option|flag provided but not defined",
                    Pattern.CASE_INSENSITIVE);

    private CommandLineError() {}

    /// Whether the program reported that.
    static boolean reported(Event.Exited exited) {
        return exited.status().code().stream().anyMatch(CODES::contains)
                && OUTPUT.matcher(exited.lastOutput()).find();
    }
}
