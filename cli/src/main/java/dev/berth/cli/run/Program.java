package dev.berth.cli.run;

import dev.berth.cli.command.Failure;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/// Finds the program of a command line before anything is started.
final class Program {
    private Program() {}

    /// @param directory that relative paths are from
    /// @throws Failure if there is no such program; the message says what to do
    static void check(String word, Path directory, Map<String, String> environment) throws Failure {
        if (word.isBlank()) {
            throw new Failure("the command to run is empty; is a variable in it unset?");
        }
        if (word.contains("{")) {
            // It differs from slot to slot.
            return;
        }
        if (word.contains("/")) {
            checkFile(word, directory.resolve(word));
        } else if (!inPath(word, environment.getOrDefault("PATH", "/bin:/usr/bin"), directory)) {
            boolean here = Files.isExecutable(directory.resolve(word));
            throw new Failure(
                    "command not found: "
                            + word
                            + (here
                                    ? "; it is in the working directory: write ./" + word
                                    : "; it is in no directory of PATH: check its spelling, or"
                                            + " give its path"));
        }
    }

    private static void checkFile(String word, Path file) throws Failure {
        if (!Files.exists(file)) {
            throw new Failure("command not found: there is no file " + word);
        }
        if (Files.isDirectory(file)) {
            throw new Failure("not a program: " + word + " is a directory");
        }
        if (!Files.isExecutable(file)) {
            throw new Failure(
                    "not a program: "
                            + word
                            + " may not be executed; chmod +x "
                            + word
                            + ", or name its interpreter");
        }
    }

    private static boolean inPath(String word, String path, Path directory) {
        for (String folder : path.split(":", -1)) {
            Path file = directory.resolve(folder).resolve(word);
            if (Files.isExecutable(file) && !Files.isDirectory(file)) {
                return true;
            }
        }
        return false;
    }
}
