package dev.berth.lab;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.berth.sys.Errno;
import dev.berth.sys.ErrnoException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// The command line of this actor's process.
final class SelfCommand {
    private SelfCommand() {}

    /// The command line, up to the main class.
    static List<String> words() throws ErrnoException {
        try {
            byte[] line = Files.readAllBytes(Path.of("/proc/self/cmdline"));
            List<String> words = List.of(new String(line, UTF_8).split("\0"));
            return words.subList(0, words.indexOf(Actor.class.getName()) + 1);
        } catch (IOException unreadable) {
            throw new ErrnoException("read", "/proc/self/cmdline", Errno.ENOENT.number());
        }
    }
}
