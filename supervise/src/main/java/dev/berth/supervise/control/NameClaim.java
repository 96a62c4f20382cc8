package dev.berth.supervise.control;

import dev.berth.sys.Descriptors;
import dev.berth.sys.Errno;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.Sockets;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/// Taking the place of a control socket, `RUNTIME/NAME/control`, and with it the name.
///
/// Who may look and take is decided by a lock on RUNTIME. What a crashed supervisor left behind is
/// swept away by the guard process that outlived it, within two seconds; to take over before that
/// would mean that the guard sweeps ours away. So the directory is waited for to vanish, and only
/// what stays is replaced.
final class NameClaim {
    private static final Duration PATIENCE = Duration.ofSeconds(3);
    private static final long PAUSE_NANOS = 20_000_000;
    private static final int BACKLOG = 64;

    private final Path socket;
    private final Path directory;
    private final Path runtime;
    private final long deadline = System.nanoTime() + PATIENCE.toNanos();

    private NameClaim(Path socket) {
        this.socket = socket;
        this.directory = Objects.requireNonNull(socket.getParent(), "directory of the socket");
        this.runtime = Objects.requireNonNull(directory.getParent(), "runtime directory");
    }

    /// A listening socket at `socket`, in a directory that was made for it; the caller closes it.
    ///
    /// @throws NameTakenException if somebody answers there
    static Fd take(Path socket) throws IOException {
        return new NameClaim(socket.toAbsolutePath()).take();
    }

    private Fd take() throws IOException {
        while (true) {
            try (Fd _ = lock()) {
                boolean late = System.nanoTime() - deadline >= 0;
                if (late || isFree()) {
                    refuseTaken();
                    sweep();
                    return listen();
                }
            } catch (NoSuchFileException | ErrnoException failed) {
                // The guard may have removed the directory between two looks.
                giveUpIfLate(failed);
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private void giveUpIfLate(IOException failed) throws IOException {
        boolean swept =
                failed instanceof NoSuchFileException
                        || (failed instanceof ErrnoException e && e.is(Errno.ENOENT));
        if (!swept || System.nanoTime() - deadline >= 0) {
            throw failed;
        }
    }

    /// Released by closing the descriptor.
    private Fd lock() throws IOException {
        int opened = Descriptors.open(runtime.toString(), Descriptors.O_RDONLY, 0);
        Fd lock = Fd.of("open", runtime, opened);
        while (true) {
            int result =
                    Descriptors.flock(lock.number(), Descriptors.LOCK_EX | Descriptors.LOCK_NB);
            if (result >= 0) {
                return lock;
            }
            if (!Errno.EAGAIN.is(result) || System.nanoTime() - deadline >= 0) {
                lock.close();
                throw new ErrnoException("flock", runtime.toString(), -result);
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private boolean isFree() throws IOException {
        refuseTaken();
        return !Files.exists(directory, LinkOption.NOFOLLOW_LINKS) || entries().isEmpty();
    }

    private void refuseTaken() throws IOException {
        OptionalInt pid = ControlClient.listener(socket);
        if (pid.isPresent()) {
            throw new NameTakenException(directory.getFileName().toString(), pid.getAsInt());
        }
    }

    private List<Path> entries() throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.toList();
        }
    }

    private void sweep() throws IOException {
        if (Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
            for (Path entry : entries()) {
                Files.deleteIfExists(entry);
            }
        }
    }

    private Fd listen() throws IOException {
        if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
            Files.createDirectory(directory);
        }
        // Workers of another user reach their notification sockets in it; RUNTIME may be closed.
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        Fd fd = ControlPath.bind(socket);
        try {
            // Nobody can connect between the two: it does not listen yet.
            Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
            ErrnoException.check("listen", socket, Sockets.listen(fd.number(), BACKLOG));
            return fd;
        } catch (IOException failed) {
            fd.close();
            Files.deleteIfExists(socket);
            throw failed;
        }
    }
}
