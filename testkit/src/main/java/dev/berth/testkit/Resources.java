package dev.berth.testkit;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// What this process holds at one moment: descriptors that can leak, by number, and children.
record Resources(Map<Integer, String> descriptors, Map<Long, String> children) {
    private static final String OWN = "/proc/self/fd";

    Resources {
        descriptors = Map.copyOf(descriptors);
        children = Map.copyOf(children);
    }

    static Resources now() {
        Map<Long, String> children =
                ProcessHandle.current()
                        .children()
                        .collect(Collectors.toMap(ProcessHandle::pid, Resources::describe));
        return new Resources(openDescriptors(), children);
    }

    /// Describes what is held now but was not at `earlier`; empty if nothing is.
    List<String> since(Resources earlier) {
        List<String> leaks = new ArrayList<>();
        Map<String, Integer> known = new HashMap<>();
        earlier.descriptors.values().forEach(target -> known.merge(target, 1, Integer::sum));
        descriptors.forEach(
                (fd, target) -> {
                    if (known.merge(target, -1, Integer::sum) < 0) {
                        leaks.add("fd " + fd + " -> " + target);
                    }
                });
        children.forEach(
                (pid, what) -> {
                    if (!earlier.children.containsKey(pid)) {
                        leaks.add("child " + pid + " " + what);
                    }
                });
        return leaks;
    }

    private static Map<Integer, String> openDescriptors() {
        Map<Integer, String> found = new HashMap<>();
        String[] names = new File(OWN).list();
        for (String name : names == null ? new String[0] : names) {
            try {
                String target = Files.readSymbolicLink(Path.of(OWN, name)).toString();
                if (counts(target)) {
                    found.put(Integer.parseInt(name), target);
                }
            } catch (IOException gone) {
                // Closed after the directory was read, so not a leak.
            }
        }
        return found;
    }

    /// Counts names without a path, such as `socket:[1]`, `pipe:[1]`, `net:[1]`,
    /// `anon_inode:[pidfd]`. Files are left out, because the JVM opens jars and its own modules at
    /// any time.
    static boolean counts(String target) {
        return !target.startsWith("/");
    }

    private static String describe(ProcessHandle child) {
        return child.info().commandLine().orElse("(ended, not reaped)");
    }
}
