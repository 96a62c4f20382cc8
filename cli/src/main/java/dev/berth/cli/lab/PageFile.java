package dev.berth.cli.lab;

import dev.berth.cli.command.Failure;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A file that is written at the end of a long command, and looked at before its beginning.
record PageFile(Path path) {
    String name() {
        return path.toString();
    }

    /// Says early what would be in the way.
    void check() throws Failure {
        Path folder = path.toAbsolutePath().getParent();
        if (Files.isDirectory(path)) {
            throw failure("it is a directory; name a file in it");
        }
        if (folder == null || !Files.isDirectory(folder)) {
            throw failure("there is no directory " + folder + "; make it first");
        }
        if (!Files.isWritable(Files.exists(path) ? path : folder)) {
            throw failure("you may not write there");
        }
    }

    void write(String text) throws Failure {
        try {
            Files.writeString(path, text);
        } catch (AccessDeniedException refused) {
            throw failure("you may not write there");
        } catch (IOException failed) {
            throw failure(failed.getMessage() + "; what is in it now is not whole");
        }
    }

    private Failure failure(String why) {
        return new Failure("cannot write " + path + ": " + why);
    }
}
