package dev.berth.supervise.process;

import dev.berth.supervise.contract.WorkerId;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// What a process still shows of the worker that it descends from, when its parents are gone.
final class ProcessProvenance {
    private static final String FILTERS = "Seccomp_filters:";

    private ProcessProvenance() {}

    /// The worker of supervisor `name` whose environment the process was started with. Empty if it
    /// cannot be read, or was wiped (a cleared environment, a program that writes its title over
    /// it).
    ///
    /// Reading it from the process's memory cannot block: the kernel reads only anonymous memory
    /// here, and does not wait for userfaultfd(2).
    ///
    /// **Source:** `environ_read` in fs/proc/base.c, `FOLL_ANON` (Linux 4.17).
    static Optional<WorkerId> environment(int pid, String name) {
        String slot = "";
        String generation = "";
        boolean ours = false;
        for (String variable : read(pid, "environ").split("\0")) {
            ours |= variable.equals("BERTH_NAME=" + name);
            slot = value(variable, "BERTH_SLOT=", slot);
            generation = value(variable, "BERTH_GENERATION=", generation);
        }
        return ours && slot.matches("[0-9]{1,9}") && generation.matches("[1-9][0-9]{0,8}")
                ? Optional.of(new WorkerId(Integer.parseInt(slot), Integer.parseInt(generation)))
                : Optional.empty();
    }

    private static String value(String variable, String prefix, String otherwise) {
        return variable.startsWith(prefix) ? variable.substring(prefix.length()) : otherwise;
    }

    /// The number of seccomp filters that the process is under. A worker whose binds are answered,
    /// and all processes that it starts, have one more than the supervisor.
    ///
    /// **Since:** Linux 5.9; 0 before.
    static int filters(String pid) {
        for (String line : read(pid, "status").split("\n")) {
            if (line.startsWith(FILTERS)) {
                return Integer.parseInt(line.substring(FILTERS.length()).strip());
            }
        }
        return 0;
    }

    private static String read(int pid, String file) {
        return read(Integer.toString(pid), file);
    }

    private static String read(String pid, String file) {
        try {
            byte[] bytes = Files.readAllBytes(Path.of("/proc", pid, file));
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (IOException goneOrForbidden) {
            return "";
        }
    }
}
