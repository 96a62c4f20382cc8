package dev.berth.supervise.control;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.berth.net.ProcessEntry;
import dev.berth.net.ProcessList;
import dev.berth.sys.Descriptors;
import dev.berth.sys.Errno;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.FileStatus;
import dev.berth.sys.Processes;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/// A supervisor's name: the locked file `RUNTIME/.NAME.lock`. The holder of the lock owns
/// `RUNTIME/NAME`.
///
/// The supervisor's guard inherits the descriptor and with it the lock (flock(2)). So the name
/// stays taken until both have ended, and a successor never runs while a guard is still ending its
/// predecessor's workers. The file is locked before it gets its name; a file that nobody has locked
/// was left by a supervisor and a guard that were both killed, and is replaced.
public final class NameLock implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration SILENCE = Duration.ofSeconds(1);
    private static final long PAUSE_NANOS = 20_000_000;
    private static final int MOST_TEXT = 4096;

    private final Path runtime;
    private final Fd fd;
    private final Duration patience;

    /// The path of the name that was taken.
    private @Nullable Path file;

    /// A name that only this process knows, used where the file system has no unnamed files.
    private @Nullable Path spare;

    private NameLock(Path runtime, Duration patience, boolean nameless) throws IOException {
        this.runtime = runtime;
        this.patience = patience;
        this.fd = open(nameless);
    }

    /// Makes a lock that has no name yet.
    ///
    /// @param runtime exists
    public static NameLock prepare(Path runtime) throws IOException {
        return prepare(runtime, PATIENCE, true);
    }

    /// Makes a lock that has no name yet.
    ///
    /// @param patience how long to wait for a name that another process has locked
    /// @param nameless whether to try a file without a name
    static NameLock prepare(Path runtime, Duration patience, boolean nameless) throws IOException {
        NameLock lock = new NameLock(runtime, patience, nameless);
        int flock = Descriptors.LOCK_EX | Descriptors.LOCK_NB;
        int locked = Descriptors.flock(lock.fd.number(), flock);
        if (locked < 0) {
            lock.close();
            throw new ErrnoException("flock", runtime.toString(), -locked);
        }
        return lock;
    }

    private Fd open(boolean nameless) throws IOException {
        int flags = Descriptors.O_RDWR | Descriptors.nameless();
        int opened =
                nameless
                        ? Descriptors.open(runtime.toString(), flags, 0600)
                        : -Errno.EOPNOTSUPP.number();
        if (!Errno.EOPNOTSUPP.is(opened) && !Errno.EISDIR.is(opened)) {
            return Fd.of("open a lock in", runtime, opened);
        }
        // For example overlayfs before Linux 6.1.
        Path named = runtime.resolve(".lock-" + ProcessHandle.current().pid() + "-" + unique());
        int made = Descriptors.O_RDWR | Descriptors.O_CREAT | Descriptors.O_EXCL;
        Fd result = Fd.of("open", named, Descriptors.open(named.toString(), made, 0600));
        spare = named;
        return result;
    }

    private static long unique() {
        return System.nanoTime() & Long.MAX_VALUE;
    }

    /// The open file that is locked; closed with this object. A process that inherits it also holds
    /// the lock.
    public Fd fd() {
        return fd;
    }

    /// The path of the lock of the supervisor `name`.
    public Path file(String name) {
        return runtime.resolve("." + name + ".lock");
    }

    /// Takes a name. If its last supervisor was killed, waits until that supervisor's guard has
    /// finished, for up to 30 s.
    ///
    /// @param notes is passed what it is waiting for, if that takes longer than a second
    /// @throws NameTakenException a supervisor with that name answers
    public void take(String name, Consumer<String> notes) throws IOException {
        Path wanted = file(name);
        Path control = runtime.resolve(name).resolve(RuntimeDirectory.CONTROL);
        long begin = System.nanoTime();
        boolean said = false;
        while (!linked(wanted)) {
            refuseAnswered(name, control);
            long waited = System.nanoTime() - begin;
            if (waited >= patience.toNanos()) {
                throw new IOException(held(name, wanted) + "; or choose another --name");
            }
            if (!said && waited >= SILENCE.toNanos()) {
                notes.accept(held(name, wanted) + "; waiting for it to finish");
                said = true;
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        file = wanted;
        try {
            // A supervisor of an earlier version of Berth has no lock.
            refuseAnswered(name, control);
        } catch (IOException taken) {
            giveBack();
            throw taken;
        }
    }

    private boolean linked(Path wanted) throws IOException {
        while (true) {
            int linked = Descriptors.link(fd.number(), wanted.toString());
            if (!Errno.EEXIST.is(linked)) {
                ErrnoException.check("link", wanted, linked);
                return true;
            }
            if (!removedIfAbandoned(wanted)) {
                return false;
            }
        }
    }

    /// Whether the file that had the name no longer has it.
    private static boolean removedIfAbandoned(Path wanted) throws IOException {
        int flags = Descriptors.O_RDONLY | Descriptors.noFollow();
        int opened = Descriptors.open(wanted.toString(), flags, 0);
        if (Errno.ENOENT.is(opened)) {
            return true;
        }
        try (Fd other = Fd.of("open", wanted, opened)) {
            FileStatus status = FileStatus.of(other.number());
            if (!status.isRegularFile() || status.uid() != Processes.geteuid()) {
                throw new IOException(wanted + " is not your lock file; remove it: rm " + wanted);
            }
            int flock = Descriptors.LOCK_EX | Descriptors.LOCK_NB;
            int locked = Descriptors.flock(other.number(), flock);
            if (Errno.EAGAIN.is(locked)) {
                return false;
            }
            ErrnoException.check("flock", wanted, locked);
            // Another process may have replaced it before it was locked here.
            if (names(wanted, status)) {
                Files.deleteIfExists(wanted);
            }
            return true;
        }
    }

    private static boolean names(Path path, FileStatus status) throws IOException {
        try {
            return FileStatus.at(Descriptors.AT_FDCWD, path.toString()).isSameFile(status);
        } catch (ErrnoException gone) {
            if (gone.is(Errno.ENOENT)) {
                return false;
            }
            throw gone;
        }
    }

    private static void refuseAnswered(String name, Path control) throws IOException {
        OptionalInt pid = ControlClient.listener(control);
        if (pid.isPresent()) {
            throw new NameTakenException(name, pid.getAsInt());
        }
    }

    private static String held(String name, Path wanted) {
        String what = "the name " + name + " is locked (" + wanted + ") but no supervisor answers";
        Optional<ProcessEntry> guard = guard(wanted);
        if (guard.isEmpty()) {
            return what + "; see who has that file open: lsof " + wanted;
        }
        int pid = guard.get().pid();
        return guard.get().state().equals("T")
                ? what + ": its guard (pid " + pid + ") is stopped; resume it: kill -CONT " + pid
                : what + ": its guard (pid " + pid + ") is still ending an earlier one's workers";
    }

    /// Each guard appends its pid to the file; the last one counts.
    private static Optional<ProcessEntry> guard(Path wanted) {
        try {
            String text = end(wanted).strip();
            String last = text.substring(text.lastIndexOf('\n') + 1);
            return last.matches("[0-9]{1,9}")
                    ? ProcessList.of(Integer.parseInt(last)).filter(process -> !process.zombie())
                    : Optional.empty();
        } catch (IOException unreadable) {
            return Optional.empty();
        }
    }

    /// The end of a file: a supervisor may have had any number of guards before.
    private static String end(Path file) throws IOException {
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "r")) {
            long length = open.length();
            byte[] text = new byte[(int) Math.min(length, MOST_TEXT)];
            open.seek(length - text.length);
            open.readFully(text);
            return new String(text, US_ASCII);
        }
    }

    /// Gives the name back, unless another process holds the lock as well. Closing twice is
    /// harmless.
    @Override
    public void close() {
        if (!fd.isOpen()) {
            return;
        }
        giveBack();
        fd.close();
    }

    private void giveBack() {
        try {
            if (spare != null) {
                Files.deleteIfExists(spare);
            }
            if (file != null && names(file, FileStatus.of(fd.number()))) {
                Files.deleteIfExists(file);
            }
        } catch (IOException stays) {
            // The next supervisor with this name replaces it: nobody has it locked.
        }
        file = null;
    }
}
