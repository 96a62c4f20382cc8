package dev.berth.supervise.contract;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/// Finds the file of a command's first word, as execvp(3) does in the worker's directory and
/// environment. The check before a start and the start itself both use this class.
public final class CommandLookup {
    /// Where programs are looked up if the environment has no PATH.
    private static final String DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin";

    private CommandLookup() {}

    /// The program's file as execve(2) takes it in `directory`. A word with a slash is used as it
    /// is, since a script sees this path. Any other word is looked up in the directories of PATH,
    /// where an empty one means `directory`.
    ///
    /// @param environment the worker's
    /// @throws IOException there is no such program; the message says what to do
    public static Path find(String word, Path directory, Map<String, String> environment)
            throws IOException {
        if (word.isBlank()) {
            throw new IOException("the command to run is empty; is a variable in it unset?");
        }
        return word.contains("/")
                ? file(word, directory)
                : inPath(word, directory, environment.getOrDefault("PATH", DEFAULT_PATH));
    }

    private static Path file(String word, Path directory) throws IOException {
        Path file = directory.resolve(word);
        if (!Files.exists(file)) {
            throw new IOException(
                    "command not found: there is no file "
                            + word
                            + (word.startsWith("/") ? "" : " in " + directory));
        }
        if (Files.isDirectory(file)) {
            throw new IOException("not a program: " + word + " is a directory");
        }
        if (!Files.isExecutable(file)) {
            throw new IOException(
                    ("not a program: %s is not executable; run chmod +x %s, or name its"
                                    + " interpreter")
                            .formatted(word, word));
        }
        return Path.of(word);
    }

    private static Path inPath(String word, Path directory, String path) throws IOException {
        for (String folder : path.split(":", -1)) {
            Path file = directory.resolve(folder).resolve(word);
            if (program(file)) {
                return file;
            }
        }
        throw new IOException(
                "command not found: "
                        + word
                        + (program(directory.resolve(word))
                                ? "; it is in the working directory: write ./" + word
                                : "; it is in no directory of PATH ("
                                        + path
                                        + "): check the spelling, or give its path"));
    }

    private static boolean program(Path file) {
        return Files.isRegularFile(file) && Files.isExecutable(file);
    }
}
