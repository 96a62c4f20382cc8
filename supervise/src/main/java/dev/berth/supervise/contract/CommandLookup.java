package dev.berth.supervise.contract;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/// Finds the file of a command's first word, as execvp(3) does in the worker's directory and
/// environment. What is checked before a start and what is started are found by this one class.
public final class CommandLookup {
    /// Where programs are looked for if the environment has no PATH.
    private static final String DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin";

    private CommandLookup() {}

    /// The program's file as execve(2) takes it in `directory`: a word with a slash as it is, since
    /// a script is told this path; any other word is looked for in the folders of PATH, of which an
    /// empty one means `directory`.
    ///
    /// @param environment the worker's
    /// @throws IOException if there is no such program; the message says what to do
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
                    "not a program: "
                            + word
                            + " may not be executed; chmod +x "
                            + word
                            + ", or name its interpreter");
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
                                        + "): check its spelling, or give its path"));
    }

    private static boolean program(Path file) {
        return Files.isRegularFile(file) && Files.isExecutable(file);
    }
}
