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

/// A supervisor's name: the locked file `RUNTIME/.NAME.lock`. Who has the lock owns `RUNTIME/NAME`.
///
/// The supervisor's guard inherits the descriptor and with it the lock (flock(2)). So the name is
/// taken until both have ended: a successor never meets a guard that still ends its predecessor's
/// workers. The file is locked before it gets its name; one that nobody has locked was left by a
/// supervisor and a guard that were both killed, and is replaced.
public final class NameLock implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration SILENCE = Duration.ofSeconds(1);
    private static final long PAUSE_NANOS = 20_000_000;
    private static final int MOST_TEXT = 4096;

    private final Path runtime;
    private final Fd fd;
    private final Duration patience;

    /// Where the name that was taken is.
    private @Nullable Path file;

    /// A name that only this process knows, where there is no file without one.
    private @Nullable Path spare;

    private NameLock(Path runtime, Duration patience, boolean nameless) throws IOException {
        this.runtime = runtime;
        this.patience = patience;
        this.fd = open(nameless);
    }

    /// A lock that has no name yet.
    ///
    /// @param runtime exists
    public static NameLock prepare(Path runtime) throws IOException {
        return prepare(runtime, PATIENCE, true);
    }

    /// @param patience how long a name that somebody has locked is waited for
    /// @param nameless whether the file system may be asked for a file without a name
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
        // As overlayfs before Linux 6.1.
        Path named = runtime.resolve(".lock-" + ProcessHandle.current().pid() + "-" + unique());
        int made = Descriptors.O_RDWR | Descriptors.O_CREAT | Descriptors.O_EXCL;
        Fd result = Fd.of("open", named, Descriptors.open(named.toString(), made, 0600));
        spare = named;
        return result;
    }

    private static long unique() {
        return System.nanoTime() & Long.MAX_VALUE;
    }

    /// The open file whose lock it is; closed with this. Whoever inherits it holds the lock, too.
    public Fd fd() {
        return fd;
    }

    /// Where the lock of the supervisor `name` is.
    public Path file(String name) {
        return runtime.resolve("." + name + ".lock");
    }

    /// Takes a name. If its last supervisor was killed, waits until the guard of that has done its
    /// work, for up to 30 s.
    ///
    /// @param notes what is waited for, if it takes longer than a second
    /// @throws NameTakenException if a supervisor of that name answers
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
                notes.accept(held(name, wanted) + "; waiting for its end");
                said = true;
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        file = wanted;
        try {
            // One of an earlier version of Berth has no lock.
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

    /// Whether the file that had the name has it no longer.
    private static boolean removedIfAbandoned(Path wanted) throws IOException {
        int flags = Descriptors.O_RDONLY | Descriptors.noFollow();
        int opened = Descriptors.open(wanted.toString(), flags, 0);
        if (Errno.ENOENT.is(opened)) {
            return true;
        }
        try (Fd other = Fd.of("open", wanted, opened)) {
            FileStatus status = FileStatus.of(other.number());
            if (!status.isRegularFile() || status.uid() != Processes.geteuid()) {
                throw new IOException(wanted + " is no lock of yours; remove it: rm " + wanted);
            }
            int flock = Descriptors.LOCK_EX | Descriptors.LOCK_NB;
            int locked = Descriptors.flock(other.number(), flock);
            if (Errno.EAGAIN.is(locked)) {
                return false;
            }
            ErrnoException.check("flock", wanted, locked);
            // Another one may have replaced it before it was locked here.
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
        String what =
                "the name " + name + " is locked (" + wanted + ") though no supervisor answers";
        Optional<ProcessEntry> guard = guard(wanted);
        if (guard.isEmpty()) {
            return what + "; see who has that file open: lsof " + wanted;
        }
        int pid = guard.get().pid();
        return guard.get().state().equals("T")
                ? what + ": its guard (pid " + pid + ") is stopped; let it go on: kill -CONT " + pid
                : what + ": its guard (pid " + pid + ") still ends what an earlier one had started";
    }

    /// Each guard writes its pid into the file, the last one is the one that matters.
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

    /// Gives the name back, unless somebody else holds the lock as well. Closing twice is harmless.
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
            // The next supervisor of this name replaces it: nobody has it locked.
        }
        file = null;
    }
}
