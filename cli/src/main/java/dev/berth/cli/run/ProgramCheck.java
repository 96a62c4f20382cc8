package dev.berth.cli.run;

import dev.berth.cli.command.CommandFailure;
import dev.berth.supervise.contract.CommandLookup;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/// Finds the program of a command line before anything is started.
final class ProgramCheck {
    private ProgramCheck() {}

    /// Its file; empty if it differs from slot to slot.
    ///
    /// @param directory the base of relative paths
    /// @param environment the worker's environment
    /// @throws Failure if there is no such program; the message says what to do
    static Optional<Path> find(String word, Path directory, Map<String, String> environment)
            throws CommandFailure {
        if (word.contains("{")) {
            return Optional.empty();
        }
        try {
            return Optional.of(CommandLookup.find(word, directory, environment));
        } catch (IOException none) {
            throw new CommandFailure(String.valueOf(none.getMessage()), none);
        }
    }
}
