package dev.berth.supervise.process;

import dev.berth.sys.Descriptors;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.ExitStatus;
import dev.berth.sys.Fd;
import dev.berth.sys.Processes;
import dev.berth.sys.Redirect;
import dev.berth.sys.Signal;
import dev.berth.sys.SpawnRequest;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/// A small shell that ends everything when the supervisor dies without doing so itself.
///
/// It sits at the reading end of a pipe, whose end it sees even when the supervisor is killed by
/// SIGKILL. It is told of every worker's first process, and of every process that came to the
/// supervisor as an orphan, with its start time, by which it never takes a recycled pid for one of
/// them. What stems from those it finds by itself.
public final class Guard implements AutoCloseable {
    private static final String SCRIPT = "guard.sh";
    private static final int SCRIPT_FD = 3;
    private static final int CLOSE_TRIES = 100;
    private static final int CLOSE_PAUSE_MILLIS = 10;

    private final String runtime;
    private final String cgroup;
    private final Map<Integer, Long> roots = new TreeMap<>();
    private Fd pipe;
    private int pid;

    private Guard(String runtime, String cgroup, Started started) {
        this.runtime = runtime;
        this.cgroup = cgroup;
        this.pipe = started.pipe();
        this.pid = started.pid();
    }

    private record Started(Fd pipe, int pid) {}

    private record Pipe(Fd reading, Fd writing) implements AutoCloseable {
        static Pipe open() throws ErrnoException {
            int[] ends = new int[2];
            ErrnoException.check("pipe2", "", Descriptors.pipe2(ends, Descriptors.O_CLOEXEC));
            return new Pipe(new Fd(ends[0]), new Fd(ends[1]));
        }

        @Override
        public void close() {
            reading.close();
            writing.close();
        }
    }

    /// @param runtime the directory to remove after the supervisor's death
    public static Guard start(Path runtime, Optional<Path> cgroup) throws IOException {
        String group = cgroup.map(Path::toString).orElse("");
        return new Guard(runtime.toString(), group, start(runtime.toString(), group));
    }

    /// Its script comes through a pipe: as an argument it would fill the output of ps(1). It fits
    /// into the pipe's buffer.
    private static Started start(String runtime, String cgroup) throws IOException {
        byte[] text = script();
        Pipe orders = Pipe.open();
        try (Pipe script = Pipe.open();
                Fd sink = nowhere();
                Fd _ = orders.reading()) {
            Descriptors.write(script.writing().number(), text, 0, text.length);
            SpawnRequest request =
                    new SpawnRequest(
                            "/bin/sh",
                            List.of("sh", "/dev/fd/" + SCRIPT_FD, runtime, cgroup),
                            List.of("PATH=/usr/bin:/bin"),
                            Path.of("/"),
                            List.of(
                                    new Redirect(orders.reading().number(), 0),
                                    new Redirect(sink.number(), 1),
                                    new Redirect(sink.number(), 2),
                                    new Redirect(script.reading().number(), SCRIPT_FD)),
                            true);
            int pid =
                    new Spawner(false, Optional.empty()).start(request, OptionalInt.empty()).pid();
            // A guard that does not read any more must not stop the supervisor.
            Descriptors.fcntl(
                    orders.writing().number(), Descriptors.F_SETFL, Descriptors.O_NONBLOCK);
            return new Started(orders.writing(), pid);
        } catch (IOException failed) {
            orders.close();
            throw failed;
        }
    }

    private static Fd nowhere() throws ErrnoException {
        int flags = Descriptors.O_RDWR | Descriptors.O_CLOEXEC;
        return Fd.of("open", "/dev/null", Descriptors.open("/dev/null", flags, 0));
    }

    private static byte[] script() throws IOException {
        try (InputStream in = Guard.class.getResourceAsStream(SCRIPT)) {
            if (in == null) {
                throw new IOException("the guard's script is not in the jar: " + SCRIPT);
            }
            return in.readAllBytes();
        }
    }

    /// That of the shell that waits for the end of this process.
    public int pid() {
        return pid;
    }

    /// If this process is killed, the guard ends `root` and all that stems from it.
    ///
    /// @param startTicks when it started: tells it from a later one of the same pid
    public void add(int root, long startTicks) {
        roots.put(root, startTicks);
        tell("add " + root + " " + startTicks);
    }

    /// It has ended.
    public void remove(int root) {
        if (roots.remove(root) != null) {
            tell("del " + root);
        }
    }

    /// Has a new one take its place if somebody ended it; whether that was so.
    public boolean renew() throws IOException {
        if (!ended()) {
            return false;
        }
        Started started = start(runtime, cgroup);
        pipe.close();
        pipe = started.pipe();
        pid = started.pid();
        roots.forEach((root, start) -> tell("add " + root + " " + start));
        return true;
    }

    private boolean ended() {
        try {
            Optional<ExitStatus> status = Processes.reap(pid);
            return status.isPresent();
        } catch (ErrnoException reaped) {
            return true;
        }
    }

    /// One that does not take an order is of no use: it is ended, and [#renew] finds that out.
    private void tell(String line) {
        byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
        if (Descriptors.write(pipe.number(), bytes, 0, bytes.length) != bytes.length) {
            Processes.kill(pid, Signal.KILL.number());
        }
    }

    /// Lets it go without ending anything.
    @Override
    public void close() {
        if (!pipe.isOpen()) {
            return;
        }
        tell("bye");
        pipe.close();
        try {
            for (int i = 0; !ended(); i++) {
                if (i == CLOSE_TRIES) {
                    Processes.kill(pid, Signal.KILL.number());
                }
                Thread.sleep(CLOSE_PAUSE_MILLIS);
            }
        } catch (InterruptedException hurry) {
            Processes.kill(pid, Signal.KILL.number());
            Thread.currentThread().interrupt();
        }
    }
}
