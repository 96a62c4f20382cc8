package dev.berth.supervise.process;

import dev.berth.supervise.contract.WorkerId;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// The supervisor's own control group, with one below it for each worker, where the system allows
/// it. It makes every process that a worker ever starts known, and lets all of them be killed in
/// one step.
///
/// **Since:** cgroup.kill Linux 5.14.
///
/// **Source:** cgroups(7), kernel documentation `cgroup-v2`.
public final class Cgroup implements AutoCloseable {
    private static final String KILL = "cgroup.kill";
    private static final String FREEZE = "cgroup.freeze";
    private static final String EVENTS = "cgroup.events";
    private static final byte[] RUNNING = {'0'};
    private static final byte[] FROZEN = {'1'};
    private static final String PROCESSES = "cgroup.procs";

    /// Killed processes end at once, but not on a machine that is short of CPU.
    private static final int CLOSE_TRIES = 1_000;

    private static final int CLOSE_PAUSE_MILLIS = 10;

    private final Path path;

    private Cgroup(Path path) {
        this.path = path;
    }

    /// The supervisor's group; empty if no cgroup 2 hierarchy is mounted or it cannot be written
    /// to.
    ///
    /// @param before is passed its path just before it is created
    static Optional<Cgroup> create(String name, Consumer<Path> before) {
        try {
            Path own = own();
            if (own == null) {
                return Optional.empty();
            }
            Path path = own.resolve("berth-" + name + "-" + ProcessHandle.current().pid());
            // Left behind by an earlier process with this pid, for example in a restarted
            // container.
            remove(path);
            before.accept(path);
            Files.createDirectory(path);
            if (Files.isWritable(path.resolve(KILL))) {
                return Optional.of(new Cgroup(path));
            }
            Files.delete(path);
            return Optional.empty();
        } catch (IOException notAllowed) {
            return Optional.empty();
        }
    }

    static Optional<Cgroup> create(String name) {
        return create(name, _ -> {});
    }

    /// Whether a supervisor of this user would get one: tries, and removes it again.
    public static boolean available() {
        Optional<Cgroup> tried = create("probe");
        tried.ifPresent(Cgroup::close);
        return tried.isPresent();
    }

    private static @Nullable Path own() throws IOException {
        String mount = null;
        for (String line : Files.readAllLines(Path.of("/proc/self/mountinfo"))) {
            if (line.contains(" - cgroup2 ")) {
                mount = line.split(" ")[4];
            }
        }
        for (String line : Files.readAllLines(Path.of("/proc/self/cgroup"))) {
            if (mount != null && line.startsWith("0::/")) {
                Path path = Path.of(mount + line.substring("0::".length())).normalize();
                return Files.isWritable(path) ? path : null;
            }
        }
        return null;
    }

    Path path() {
        return path;
    }

    private Path of(WorkerId worker) {
        return path.resolve(worker.toString());
    }

    /// Moves a process that was just started; the processes that it starts from now on follow it.
    public void add(WorkerId worker, int pid) {
        try {
            Files.createDirectories(of(worker));
            Files.writeString(of(worker).resolve(PROCESSES), Integer.toString(pid));
        } catch (IOException ended) {
            remove(worker);
        }
    }

    /// The worker's processes, none if the group is gone; without those of groups that it created
    /// itself.
    List<Integer> pids(WorkerId worker) {
        return pids(of(worker));
    }

    private static List<Integer> pids(Path group) {
        List<Integer> pids = new ArrayList<>();
        try {
            for (String line : Files.readAllLines(group.resolve(PROCESSES))) {
                pids.add(Integer.parseInt(line));
            }
        } catch (IOException none) {
            return pids;
        }
        return pids;
    }

    void kill(WorkerId worker) {
        kill(of(worker));
    }

    private static void kill(Path group) {
        try {
            Files.writeString(group.resolve(KILL), "1");
        } catch (IOException none) {
            return;
        }
    }

    /// The processes of a worker while they are frozen, or about to be.
    ///
    /// **Ownership:** keeps a descriptor open, so that nothing needs to be opened to let them run
    /// on.
    final class Freeze implements AutoCloseable {
        private final WorkerId worker;
        private final FileChannel state;

        private Freeze(WorkerId worker, FileChannel state) {
            this.worker = worker;
            this.state = state;
        }

        /// Whether all of them are frozen.
        boolean complete() {
            try {
                return Files.readAllLines(of(worker).resolve(EVENTS)).contains("frozen 1");
            } catch (IOException gone) {
                return true;
            }
        }

        /// Lets them run on; closing twice is harmless.
        @Override
        public void close() {
            try (state) {
                if (state.isOpen()) {
                    state.write(ByteBuffer.wrap(RUNNING));
                }
            } catch (IOException gone) {
                return;
            }
        }
    }

    /// Begins to freeze a worker's processes, including those of groups below.
    ///
    /// @return empty if it cannot be done (before Linux 5.2), or another process has already frozen
    ///   them
    Optional<Freeze> freeze(WorkerId worker) {
        Path file = of(worker).resolve(FREEZE);
        try {
            if (!Files.readString(file).strip().equals("0")) {
                return Optional.empty();
            }
            FileChannel state = FileChannel.open(file, StandardOpenOption.WRITE);
            Freeze freeze = new Freeze(worker, state);
            try {
                state.write(ByteBuffer.wrap(FROZEN));
                return Optional.of(freeze);
            } catch (IOException refused) {
                freeze.close();
                throw refused;
            }
        } catch (IOException notThere) {
            return Optional.empty();
        }
    }

    /// The worker's processes, including those of groups below.
    List<Integer> everyPid(WorkerId worker) {
        List<Integer> pids = new ArrayList<>();
        collect(of(worker), pids);
        return pids;
    }

    private static void collect(Path group, List<Integer> pids) {
        pids.addAll(pids(group));
        try (DirectoryStream<Path> below = Files.newDirectoryStream(group, Files::isDirectory)) {
            below.forEach(path -> collect(path, pids));
        } catch (IOException gone) {
            return;
        }
    }

    /// Removes a worker's group and the groups that it created below, if they are empty by now.
    public void remove(WorkerId worker) {
        remove(of(worker));
    }

    /// Removes `group`; returns whether nothing is left of it.
    private static boolean remove(Path group) {
        try (DirectoryStream<Path> below = Files.newDirectoryStream(group, Files::isDirectory)) {
            below.forEach(Cgroup::remove);
        } catch (IOException gone) {
            return true;
        }
        try {
            return Files.deleteIfExists(group);
        } catch (IOException stillUsed) {
            return false;
        }
    }

    /// Kills what is left in the group, and removes it when that has gone.
    @Override
    public void close() {
        kill(path);
        try {
            for (int i = 0; i < CLOSE_TRIES && !remove(path); i++) {
                Thread.sleep(CLOSE_PAUSE_MILLIS);
            }
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        }
    }
}
