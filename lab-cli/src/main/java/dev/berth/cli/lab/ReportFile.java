package dev.berth.cli.lab;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.berth.cli.command.CommandFailure;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/// A file that is written at the end of a long command, and checked before the command begins.
record ReportFile(Path path) {
    String name() {
        return path.toString();
    }

    /// Reports early what would prevent the write.
    void check() throws CommandFailure {
        Path folder = path.toAbsolutePath().getParent();
        if (Files.isDirectory(path)) {
            throw failure("it is a directory; name a file in it");
        }
        if (folder == null || !Files.isDirectory(folder)) {
            throw failure("there is no directory " + folder + "; create it first");
        }
        if (!Files.isWritable(Files.exists(path) ? path : folder)) {
            throw failure("you do not have permission to write there");
        }
    }

    /// Writes the file.
    ///
    /// @throws Failure if it could not be opened or completely written; the message says which
    void write(String text) throws CommandFailure {
        OutputStream out = open();
        try (out) {
            out.write(text.getBytes(UTF_8));
        } catch (IOException failed) {
            throw failure(failed.getMessage() + left());
        }
    }

    /// The state of the file after a failed write, which has emptied it first.
    private String left() {
        if (!Files.isRegularFile(path)) {
            return "";
        }
        try {
            return Files.size(path) == 0
                    ? "; the file is now empty"
                    : "; the file is now incomplete";
        } catch (IOException unreadable) {
            return "";
        }
    }

    /// The long command gave things time to change, so check again.
    private OutputStream open() throws CommandFailure {
        try {
            return Files.newOutputStream(path);
        } catch (IOException failed) {
            check();
            throw failure(String.valueOf(failed.getMessage()));
        }
    }

    private CommandFailure failure(String why) {
        return new CommandFailure("cannot write " + path + ": " + why);
    }
}
