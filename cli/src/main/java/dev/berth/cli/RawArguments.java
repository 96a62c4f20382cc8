package dev.berth.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// The words of the command line as they were typed. In the C locale, in which services often run,
/// the JVM replaces everything that is not ASCII.
final class RawArguments {
    private static final char REPLACEMENT = '\uFFFD';

    private RawArguments() {}

    static String[] exact(String[] seen) {
        for (String word : seen) {
            if (word.indexOf(REPLACEMENT) >= 0) {
                return read(seen);
            }
        }
        return seen;
    }

    private static String[] read(String[] seen) {
        try {
            String line = new String(Files.readAllBytes(Path.of("/proc/self/cmdline")), UTF_8);
            return last(line, seen);
        } catch (IOException notLinux) {
            return seen;
        }
    }

    /// The last words of `line`, as many as `seen` has. In `line` a NUL ends each word.
    static String[] last(String line, String[] seen) {
        List<String> words = List.of(line.split("\0", -1));
        int end = words.size() - 1;
        return end < seen.length
                ? seen
                : words.subList(end - seen.length, end).toArray(String[]::new);
    }
}
