package dev.berth.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// A cgroup of the pids controller, version 1 or 2: it limits the number of processes and threads
/// in it, which systemd calls TasksMax.
///
/// **Ownership:** [#close()] removes it; its processes must have ended by then.
public final class PidsGroup implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final Path FIRST = Path.of("/sys/fs/cgroup/pids");
    private static final Path SECOND = Path.of("/sys/fs/cgroup");

    private final Path folder;

    private PidsGroup(Path folder) {
        this.folder = folder;
    }

    /// Creates one without a limit; empty if this machine does not allow it.
    public static Optional<PidsGroup> create(String name) throws IOException {
        Path control = SECOND.resolve("cgroup.subtree_control");
        boolean unified = Files.exists(control) && Files.readString(control).contains("pids");
        if (!Files.isDirectory(FIRST) && !unified) {
            return Optional.empty();
        }
        Path parent = Files.isDirectory(FIRST) ? FIRST : SECOND;
        try {
            return Optional.of(new PidsGroup(Files.createDirectory(parent.resolve(name))));
        } catch (IOException readOnly) {
            return Optional.empty();
        }
    }

    /// The words before a command that put it, and its descendants, into the group.
    public List<String> prefix() {
        return List.of("sh", "-c", "echo $$ >" + folder + "/cgroup.procs; exec \"$@\"", "sh");
    }

    /// Sets the limit so that nothing more can be started in the group.
    public void fill() throws IOException {
        limit(1);
    }

    /// Sets the limit: at most `most` processes and threads. Those that are there already stay.
    public void limit(int most) throws IOException {
        Files.writeString(folder.resolve("pids.max"), Integer.toString(most));
    }

    /// Removes the limit.
    public void lift() throws IOException {
        Files.writeString(folder.resolve("pids.max"), "max");
    }

    @Override
    public void close() {
        // Its processes have ended; the kernel takes a moment to see them off.
        Await.until(PATIENCE, () -> folder.toFile().delete(), folder::toString);
    }
}
