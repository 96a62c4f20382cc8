package dev.berth.cli.run;

import dev.berth.cli.command.CommandFailure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/// The directory that workers start in, by a name that keeps its symbolic links. They are followed
/// again at every start.
final class WorkingDirectory {
    private WorkingDirectory() {}

    /// @param wanted as given; empty or relative: from the current directory
    static Path find(Path wanted, Map<String, String> environment) throws CommandFailure {
        Path here = logical(environment.getOrDefault("PWD", ""));
        Path directory = here.resolve(wanted);
        if (!Files.isDirectory(directory)) {
            String what = Files.exists(directory) ? "not a directory: " : "no such directory: ";
            throw new CommandFailure(what + directory);
        }
        return directory;
    }

    /// The shell's name for the current directory, including links, if it is right.
    private static Path logical(String pwd) {
        Path real = Path.of("").toAbsolutePath();
        try {
            return pwd.startsWith("/") && Files.isSameFile(Path.of(pwd), real)
                    ? Path.of(pwd)
                    : real;
        } catch (IOException gone) {
            return real;
        }
    }
}
