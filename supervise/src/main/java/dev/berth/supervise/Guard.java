package dev.berth.supervise;

import dev.berth.sys.Descriptors;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.Processes;
import dev.berth.sys.Redirect;
import dev.berth.sys.SpawnRequest;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// A small shell that ends everything when the supervisor dies without doing so itself.
///
/// It sits at the reading end of a pipe, whose end it sees even when the supervisor is killed by
/// SIGKILL. It is told of every worker's first process with its start time, by which it never takes
/// a recycled pid for one of them.
final class Guard implements AutoCloseable {
    private static final String SCRIPT = "guard.sh";

    private final Path runtime;
    private final Optional<Path> cgroup;
    private final Map<Integer, Long> roots = new TreeMap<>();
    private Fd pipe;
    private int pid;

    private Guard(Path runtime, Optional<Path> cgroup, Fd pipe, int pid) {
        this.runtime = runtime;
        this.cgroup = cgroup;
        this.pipe = pipe;
        this.pid = pid;
    }

    private record Started(Fd pipe, int pid) {}

    /// @param runtime the directory to remove after the supervisor's death
    static Guard start(Path runtime, Optional<Path> cgroup) throws IOException {
        Started started = start();
        Guard guard = new Guard(runtime, cgroup, started.pipe(), started.pid());
        guard.introduce();
        return guard;
    }

    private static Started start() throws IOException {
        int[] ends = new int[2];
        ErrnoException.check("pipe2", "", Descriptors.pipe2(ends, Descriptors.O_CLOEXEC));
        Fd writing = new Fd(ends[1]);
        int nowhere = Descriptors.open("/dev/null", Descriptors.O_RDWR | Descriptors.O_CLOEXEC, 0);
        try (Fd reading = new Fd(ends[0]);
                Fd sink = Fd.of("open", "/dev/null", nowhere)) {
            List<Redirect> redirects =
                    List.of(
                            new Redirect(reading.number(), 0),
                            new Redirect(sink.number(), 1),
                            new Redirect(sink.number(), 2));
            SpawnRequest request =
                    new SpawnRequest(
                            "/bin/sh",
                            List.of("berth-guard", "-c", script()),
                            List.of("PATH=/usr/bin:/bin"),
                            Path.of("/"),
                            redirects,
                            true);
            return new Started(writing, new Spawner(false, Optional.empty()).start(request).pid());
        } catch (IOException failed) {
            writing.close();
            throw failed;
        }
    }

    private static String script() throws IOException {
        try (InputStream in = Guard.class.getResourceAsStream(SCRIPT)) {
            if (in == null) {
                throw new IOException("the guard's script is not in the jar: " + SCRIPT);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    int pid() {
        return pid;
    }

    private void introduce() {
        tell("dir " + runtime);
        cgroup.ifPresent(path -> tell("cgroup " + path));
        roots.forEach((root, start) -> tell("add " + root + " " + start));
    }

    void add(int root, long startTicks) {
        roots.put(root, startTicks);
        tell("add " + root + " " + startTicks);
    }

    void remove(int root) {
        if (roots.remove(root) != null) {
            tell("del " + root);
        }
    }

    /// Somebody ended the guard: a new one takes its place.
    void restart() throws IOException {
        pipe.close();
        Started started = start();
        pipe = started.pipe();
        pid = started.pid();
        introduce();
    }

    private void tell(String line) {
        byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
        Descriptors.write(pipe.number(), bytes, 0, bytes.length);
    }

    /// Lets it go without ending anything.
    @Override
    public void close() {
        tell("bye");
        pipe.close();
        try {
            for (int i = 0; i < 100 && Processes.reap(pid).isEmpty(); i++) {
                Thread.sleep(10);
            }
        } catch (ErrnoException | InterruptedException gone) {
            return;
        }
    }
}
