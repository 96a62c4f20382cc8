package dev.berth.supervise.process;

import dev.berth.sys.Descriptors;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.MemoryFile;
import dev.berth.sys.Processes;
import dev.berth.sys.Redirect;
import dev.berth.sys.Signal;
import dev.berth.sys.SpawnRequest;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/// A small shell that ends everything when the supervisor dies without doing so itself.
///
/// It sits at the reading end of a pipe, whose end it sees even when the supervisor is killed by
/// SIGKILL. It gets every worker's first process, and every process that came to the supervisor as
/// an orphan, with its start time, by which it never takes a recycled pid for one of them. What
/// stems from those it finds by itself. Then it removes the supervisor's directory and lock: only
/// its own, as it inherits and holds that lock until it ends.
///
/// It is one process. Killed or stopped, it is replaced or continued within a second ([#renew]); a
/// supervisor that is killed within that second leaves its workers behind. The parent-death signal
/// (`PR_SET_PDEATHSIG`) is no second line: the kernel sends it when the *thread* that started the
/// worker ends, and forgets it when the worker changes its credentials.
public final class Guard implements AutoCloseable {
    private static final String SCRIPT = "guard.sh";
    private static final List<String> PATH = List.of("/usr/bin", "/bin");
    private static final int SCRIPT_FD = 3;
    private static final int LOCK_FD = 4;
    private static final int ORDERS_FD = 5;
    private static final int CLOSE_TRIES = 100;
    private static final int CLOSE_PAUSE_MILLIS = 10;

    private final Optional<Fd> lock;
    private final List<String> words;

    /// What it is to know besides the processes; one line for each verb.
    private final Map<String, String> orders = new TreeMap<>();

    private final Map<Integer, Long> roots = new TreeMap<>();
    private Fd pipe;
    private int pid;

    /// Whether its end was seen: from then on its pid may be another process's.
    private boolean gone;

    private Guard(Optional<Fd> lock, List<String> words, Started started) {
        this.lock = lock;
        this.words = words;
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

    /// Starts one that has nothing to end yet.
    ///
    /// @param lock what it holds for its life, for [#lock]; stays the caller's
    /// @param words what shows in ps(1) behind its name
    public static Guard start(Optional<Fd> lock, List<String> words) throws IOException {
        return new Guard(lock, words, startProcess(lock, words, ""));
    }

    /// Its script comes through a pipe: as an argument it would fill the output of ps(1). It fits
    /// into the pipe's buffer.
    ///
    /// @param first its first orders, given to it in a file: thousands do not fit into a pipe that
    ///   is not read yet
    private static Started startProcess(Optional<Fd> lock, List<String> words, String first)
            throws IOException {
        requireTools();
        byte[] text = script();
        Pipe orders = Pipe.open();
        try (Pipe script = Pipe.open();
                Fd sink = nowhere();
                Fd file = MemoryFile.of("berth-orders", first.getBytes(StandardCharsets.UTF_8));
                Fd _ = orders.reading()) {
            Descriptors.write(script.writing().number(), text, 0, text.length);
            List<Redirect> redirects = new ArrayList<>();
            redirects.add(new Redirect(orders.reading().number(), 0));
            redirects.add(new Redirect(sink.number(), 1));
            redirects.add(new Redirect(sink.number(), 2));
            redirects.add(new Redirect(script.reading().number(), SCRIPT_FD));
            redirects.add(new Redirect(file.number(), ORDERS_FD));
            lock.ifPresent(fd -> redirects.add(new Redirect(fd.number(), LOCK_FD)));
            List<String> command = new ArrayList<>(List.of("sh", "/dev/fd/" + SCRIPT_FD));
            command.addAll(words);
            SpawnRequest request =
                    new SpawnRequest(
                            "/bin/sh",
                            command,
                            List.of("PATH=" + String.join(":", PATH)),
                            Path.of("/"),
                            redirects,
                            true);
            int pid = Spawner.of(false, Optional.empty()).start(request, OptionalInt.empty()).pid();
            // A guard that does not read any more must not stop the supervisor.
            Descriptors.fcntl(
                    orders.writing().number(), Descriptors.F_SETFL, Descriptors.O_NONBLOCK);
            return new Started(orders.writing(), pid);
        } catch (IOException | RuntimeException | Error failed) {
            orders.close();
            throw failed;
        }
    }

    /// Rather no supervisor than one without a guard, which nobody notices before it is needed.
    private static void requireTools() throws IOException {
        for (String tool : List.of("awk", "sed", "find")) {
            if (PATH.stream().noneMatch(folder -> Files.isExecutable(Path.of(folder, tool)))) {
                throw new IOException(
                        "there is no %s in %s, which ends the workers if this process is killed; install it"
                                        .formatted(tool, String.join(" or ", PATH))
                                + " (Debian: apt-get install mawk sed findutils)");
            }
        }
    }

    private static Fd nowhere() throws ErrnoException {
        int flags = Descriptors.O_RDWR | Descriptors.O_CLOEXEC;
        return Fd.of("open", "/dev/null", Descriptors.open("/dev/null", flags, 0));
    }

    static byte[] script() throws IOException {
        try (InputStream in = Guard.class.getResourceAsStream(SCRIPT)) {
            if (in == null) {
                throw new IOException("the guard's script is not in the jar: " + SCRIPT);
            }
            return in.readAllBytes();
        }
    }

    /// That of the shell that waits for the end of this process; 0 while there is none.
    public int pid() {
        return gone ? 0 : pid;
    }

    /// Has it remove a directory with all that is in it, if this process is killed.
    public void directory(Path path) {
        order("directory", path.toString());
    }

    /// Has it remove the name of the lock that it holds, if this process is killed; and nothing,
    /// not even the directory, where that name is not, or no longer, the lock's.
    public void lock(Path path) {
        order("lock", path.toString());
    }

    /// Has it end all that is in a cgroup, and remove that, if this process is killed.
    void cgroup(Path path) {
        order("cgroup", path.toString());
    }

    private void order(String verb, String path) {
        if (path.contains("\n")) {
            throw new IllegalArgumentException("line break in " + path);
        }
        orders.put(verb, path);
        tell(verb + " " + path);
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
        Started started = startProcess(lock, words, ordersInForce());
        pipe.close();
        pipe = started.pipe();
        pid = started.pid();
        gone = false;
        return true;
    }

    private String ordersInForce() {
        StringBuilder text = new StringBuilder();
        orders.forEach((verb, path) -> text.append("%s %s\n".formatted(verb, path)));
        roots.forEach((root, start) -> text.append("add %d %d\n".formatted(root, start)));
        return text.toString();
    }

    /// Lets it go on if somebody stopped it; whether that was so.
    public boolean resume() {
        return !gone && Processes.stopped(pid) && Processes.kill(pid, Signal.CONT.number()) == 0;
    }

    private boolean ended() {
        try {
            gone = gone || Processes.reap(pid).isPresent();
        } catch (ErrnoException reaped) {
            gone = true;
        }
        return gone;
    }

    /// One that does not take an order is of no use: it is ended, and [#renew] finds that out.
    private void tell(String line) {
        byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
        if (Descriptors.write(pipe.number(), bytes, 0, bytes.length) != bytes.length) {
            kill();
        }
    }

    private void kill() {
        if (!gone) {
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
                    kill();
                }
                Thread.sleep(CLOSE_PAUSE_MILLIS);
            }
        } catch (InterruptedException hurry) {
            kill();
            Thread.currentThread().interrupt();
        }
    }
}
