package dev.berth.cli.run;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.berth.sys.Descriptors;
import dev.berth.sys.Errno;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.FileStatus;
import dev.berth.sys.Processes;
import dev.berth.sys.UserNamespace;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/// Opens a log for appending, and creates it if it is missing. No other user can redirect root to
/// another file; after the start, no other user's link can redirect an ordinary user either.
final class LogFile {
    /// The flags for opening a log.
    static final int FLAGS = Descriptors.O_WRONLY | Descriptors.O_CREAT | Descriptors.O_APPEND;

    /// Before the umask is applied.
    static final int MODE = 0666;

    private static final Path PROC = Path.of("/proc");

    /// The kernel's limit. **Source:** path_resolution(7).
    private static final int MOST_LINKS = 40;

    private static final int MOST_PATH = 4096;

    private LogFile() {}

    /// At the start: an ordinary user named the file and has only the user's own rights.
    static Fd open(Path file) throws IOException {
        return guarded() ? TrustedPath.open(file) : append(file, 0);
    }

    /// Later, when the file of that name may belong to somebody else.
    static Fd reopen(Path file) throws IOException {
        return guarded() ? TrustedPath.open(file) : follow(file, () -> {});
    }

    /// Opens a file, following its links here rather than in the kernel, which would also follow a
    /// link that has replaced a checked one.
    ///
    /// @param meanwhile runs after each check of a link, so that a test can replace it
    static Fd follow(Path file, Runnable meanwhile) throws IOException {
        Path at = file.toAbsolutePath();
        for (int links = 0; links <= MOST_LINKS; links++) {
            Optional<Path> target = target(at);
            meanwhile.run();
            if (target.isEmpty()) {
                return append(at, Descriptors.noFollow());
            }
            if (Objects.requireNonNull(at.getParent()).toRealPath().startsWith(PROC)) {
                // The text of /proc/self/fd/2 need not be a path.
                return append(at, 0);
            }
            at = at.resolveSibling(target.get());
        }
        throw new ErrnoException("open", file.toString(), Errno.ELOOP.number());
    }

    /// The target of a link; empty if it is not a link or does not exist.
    private static Optional<Path> target(Path link) throws IOException {
        int flags = Descriptors.O_PATH | Descriptors.noFollow();
        int opened = Descriptors.open(link.toString(), flags, 0);
        if (Errno.ENOENT.is(opened)) {
            return Optional.empty();
        }
        try (Fd fd = Fd.of("open", link, opened)) {
            FileStatus status = FileStatus.of(fd.number());
            if (!status.isSymbolicLink()) {
                return Optional.empty();
            }
            if (!trusted(status)) {
                throw new IOException(
                        "%s is a link that belongs to uid %d; delete it"
                                .formatted(link, status.uid()));
            }
            byte[] text = new byte[MOST_PATH];
            long length = Descriptors.readlinkat(fd.number(), "", text);
            ErrnoException.check("readlink", link, length);
            return Optional.of(Path.of(new String(text, 0, (int) length, UTF_8)));
        } catch (InvalidPathException locale) {
            throw new IOException("cannot follow the link %s".formatted(link), locale);
        }
    }

    /// False for root in a namespace without ordinary uids: it has no rights over other users'
    /// files, and cannot distinguish their owners.
    private static boolean guarded() {
        return Processes.geteuid() == 0 && !UserNamespace.isPartial();
    }

    private static Fd append(Path file, int flags) throws ErrnoException {
        int opened = Descriptors.open(file.toString(), FLAGS | flags, MODE);
        return Fd.of("open", file, opened);
    }

    /// Whether the file belongs to root or to this user.
    static boolean trusted(FileStatus status) {
        return status.uid() == 0 || status.uid() == Processes.geteuid();
    }

    /// The status of the file with this name, without following a link; empty if there is none.
    static Optional<FileStatus> status(int directory, String name) throws ErrnoException {
        try {
            return Optional.of(FileStatus.at(directory, name));
        } catch (ErrnoException failed) {
            if (failed.is(Errno.ENOENT)) {
                return Optional.empty();
            }
            throw failed;
        }
    }
}
