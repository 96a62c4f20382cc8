package dev.berth.sys;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// The JVM that runs this code, for starting another one like it.
public final class CurrentJvm {
    private static final Path COMMAND_LINE = Path.of("/proc/self/cmdline");

    private CurrentJvm() {}

    /// The `java` program of this JVM's Java.
    public static Path java() {
        return Path.of(System.getProperty("java.home"), "bin", "java");
    }

    /// The words with which this process was started, including the options from its launcher.
    ///
    /// @throws IOException if there is no /proc
    ///
    ///   **Source:** proc_pid_cmdline(5)
    public static List<String> commandLine() throws IOException {
        byte[] line = Files.readAllBytes(COMMAND_LINE);
        return List.of(new String(line, StandardCharsets.UTF_8).split("\0"));
    }
}
