package dev.berth.cli.command;

import dev.berth.sys.CurrentJvm;

import java.io.IOException;
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
        words.add(CurrentJvm.java().toString());
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

    /// The command line of this process; empty if it cannot be read.
    private static List<String> commandLine() {
        try {
            return CurrentJvm.commandLine();
        } catch (IOException noProc) {
            return List.of();
        }
    }
}
