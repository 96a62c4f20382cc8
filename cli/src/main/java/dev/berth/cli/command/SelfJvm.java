package dev.berth.cli.command;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The command line of another JVM like this one: same Java, options, class path and start-up
/// cache.
public final class SelfJvm {
    /// The main class of `berth`.
    private static final String BERTH = "dev.berth.cli.Main";

    private SelfJvm() {}

    /// The words of the command line, up to the arguments of the main class.
    ///
    /// @param options JVM options in addition to those of this JVM, which they override
    public static List<String> command(Class<?> main, List<String> options) {
        return command(main.getName(), options);
    }

    /// The same with `berth` itself as the main class.
    public static List<String> berth(List<String> options) {
        return command(BERTH, options);
    }

    private static List<String> command(String main, List<String> options) {
        List<String> words = new ArrayList<>();
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.addAll(own());
        words.addAll(options);
        words.add(main);
        return words;
    }

    private static List<String> own() {
        List<String> words = commandLine();
        int end = words.indexOf(BERTH);
        return end > 0
                ? words.subList(1, end)
                : List.of("-cp", System.getProperty("java.class.path"));
    }

    /// The command line of this process, including the options from its launcher.
    private static List<String> commandLine() {
        try {
            byte[] line = Files.readAllBytes(Path.of("/proc/self/cmdline"));
            return List.of(new String(line, StandardCharsets.UTF_8).split("\0"));
        } catch (IOException noProc) {
            return List.of();
        }
    }
}
