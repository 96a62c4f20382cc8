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

/// A small shell process that ends everything if the supervisor dies without doing so itself.
///
/// It reads from a pipe, and sees the pipe's end even if the supervisor is killed by SIGKILL. It is
/// sent every worker's first process, and every orphaned process that came to the supervisor, with
/// its start time, so that it never mistakes a recycled pid for one of them. It finds their
/// descendants by itself. Then it removes the supervisor's directory and lock, but only if they are
/// its own: it inherits that lock and holds it until it ends.
///
/// It is one process. If it is killed or stopped, it is replaced or resumed within a second
/// ([#renew]); a supervisor that is killed within that second leaves its workers behind. The
/// parent-death signal (`PR_SET_PDEATHSIG`) is no second line of defence: the kernel sends it when
/// the *thread* that started the worker ends, and forgets it when the worker changes its
/// credentials.
public final class CrashGuard implements AutoCloseable {
    private static final String SCRIPT = "guard.sh";
    private static final List<String> PATH = List.of("/usr/bin", "/bin");
    private static final int SCRIPT_FD = 3;
    private static final int LOCK_FD = 4;
    private static final int ORDERS_FD = 5;
    private static final int CLOSE_TRIES = 100;
    private static final int CLOSE_PAUSE_MILLIS = 10;

    private final Optional<Fd> lock;
    private final List<String> words;

    /// Orders other than processes; one line per verb.
    private final Map<String, String> orders = new TreeMap<>();

    private final Map<Integer, Long> roots = new TreeMap<>();
    private Fd pipe;
    private int pid;

    /// Whether its end was seen: from then on its pid may belong to another process.
    private boolean gone;

    private CrashGuard(Optional<Fd> lock, List<String> words, Started started) {
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

    /// Starts a guard that has nothing to end yet.
    ///
    /// @param lock the lock that it holds for its life, for [#lock]; stays the caller's
    /// @param words shown in ps(1) after its name
    public static CrashGuard start(Optional<Fd> lock, List<String> words) throws IOException {
        return new CrashGuard(lock, words, startProcess(lock, words, ""));
    }

    /// Passes the script in a file: as an argument it would fill the output of ps(1).
    ///
    /// @param first its first orders, passed in a file: thousands do not fit into a pipe that is
    ///   not read yet
    private static Started startProcess(Optional<Fd> lock, List<String> words, String first)
            throws IOException {
        requireTools();
        Pipe orders = Pipe.open();
        try (Fd script = MemoryFile.of("berth-guard", script());
                Fd sink = nowhere();
                Fd file = MemoryFile.of("berth-orders", first.getBytes(StandardCharsets.UTF_8));
                Fd _ = orders.reading()) {
            List<Redirect> redirects = new ArrayList<>();
            redirects.add(new Redirect(orders.reading().number(), 0));
            redirects.add(new Redirect(sink.number(), 1));
            redirects.add(new Redirect(sink.number(), 2));
            redirects.add(new Redirect(script.number(), SCRIPT_FD));
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
            // A guard that no longer reads must not block the supervisor.
            Descriptors.fcntl(
                    orders.writing().number(), Descriptors.F_SETFL, Descriptors.O_NONBLOCK);
            return new Started(orders.writing(), pid);
        } catch (IOException | RuntimeException | Error failed) {
            orders.close();
            throw failed;
        }
    }

    /// Rather no supervisor than one whose guard does not work, which nobody would notice until it
    /// is needed.
    private static void requireTools() throws IOException {
        for (String tool : List.of("awk", "sed", "find")) {
            if (PATH.stream().noneMatch(folder -> Files.isExecutable(Path.of(folder, tool)))) {
                throw new IOException(
                        "there is no %s in %s; it is needed to end the workers if Berth is killed; install it"
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
        try (InputStream in = CrashGuard.class.getResourceAsStream(SCRIPT)) {
            if (in == null) {
                throw new IOException("the guard's script is missing from the jar: " + SCRIPT);
            }
            return in.readAllBytes();
        }
    }

    /// The pid of the shell that waits for the end of this process; 0 while there is none.
    public int pid() {
        return gone ? 0 : pid;
    }

    /// Has the guard remove a directory with all its contents if this process is killed.
    public void directory(Path path) {
        send("directory", path.toString());
    }

    /// Has the guard remove the name of the lock that it holds if this process is killed. If that
    /// name does not, or no longer, belong to the lock, it removes nothing, not even the directory.
    public void lock(Path path) {
        send("lock", path.toString());
    }

    /// Has the guard end everything in a cgroup, and remove the cgroup, if this process is killed.
    void cgroup(Path path) {
        send("cgroup", path.toString());
    }

    private void send(String verb, String path) {
        if (path.contains("\n")) {
            throw new IllegalArgumentException("line break in " + path);
        }
        orders.put(verb, path);
        sendLine(verb + " " + path);
    }

    /// Has the guard end `root` and all its descendants if this process is killed.
    ///
    /// @param startTicks when it started, which distinguishes it from a later process with the same
    ///   pid
    public void add(int root, long startTicks) {
        roots.put(root, startTicks);
        sendLine("add " + root + " " + startTicks);
    }

    /// Reports to the guard that `root` has ended.
    public void remove(int root) {
        if (roots.remove(root) != null) {
            sendLine("del " + root);
        }
    }

    /// Starts a new guard if the old one has ended; returns whether that was so.
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

    /// Resumes the guard if it was stopped; returns whether that was so.
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

    /// A guard that does not take an order is useless: it is killed, and [#renew] replaces it.
    private void sendLine(String line) {
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

    /// Ends the guard without ending anything else.
    @Override
    public void close() {
        if (!pipe.isOpen()) {
            return;
        }
        sendLine("bye");
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
