package dev.berth.supervise.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/// What a supervisor takes from the machine that it runs on. Tests replace parts of it.
///
/// @param variables the supervisor's own environment
/// @param cgroups whether each worker gets a cgroup where the system allows it
public record Env(
        Clock clock,
        Map<String, String> variables,
        KernelTables tables,
        ProcessStarter.Factory starters,
        boolean cgroups) {
    public Env {
        variables = Map.copyOf(variables);
    }

    /// The machine itself.
    public static Env system() {
        return new Env(Clock.SYSTEM, ownVariables(), KernelTables.SYSTEM, Spawner::of, true);
    }

    /// This process's environment, byte for byte where it is UTF-8. The JVM's copy is decoded by
    /// the locale, and with `C`, the locale of most containers, loses everything but ASCII.
    private static Map<String, String> ownVariables() {
        String text;
        try {
            byte[] bytes = Files.readAllBytes(Path.of("/proc/self/environ"));
            text = new String(bytes, StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            return System.getenv();
        }
        Map<String, String> variables = new TreeMap<>();
        for (String word : text.split("\0")) {
            int equals = word.indexOf('=', 1);
            if (equals > 0) {
                variables.putIfAbsent(word.substring(0, equals), word.substring(equals + 1));
            }
        }
        return variables;
    }

    /// The same with other tables.
    public Env withTables(KernelTables other) {
        return new Env(clock, variables, other, starters, cgroups);
    }

    /// The same with or without cgroups.
    public Env withCgroups(boolean use) {
        return new Env(clock, variables, tables, starters, use);
    }
}
