package dev.berth.cli.run;

import dev.berth.sys.Descriptors;
import dev.berth.sys.Errno;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.FileStatus;
import dev.berth.sys.Processes;
import dev.berth.sys.UserNamespace;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/// Opens a log to append to it, and makes it where it is missing. Nobody else can lead root to
/// another file, and after the start nobody else's link leads an ordinary user there either.
final class LogFile {
    /// How a log is opened.
    static final int FLAGS = Descriptors.O_WRONLY | Descriptors.O_CREAT | Descriptors.O_APPEND;

    /// Less the umask.
    static final int MODE = 0666;

    private LogFile() {}

    /// At the start: an ordinary user named the file, and has no more rights than its own.
    static Fd open(Path file) throws IOException {
        return guarded() ? TrustedPath.open(file) : append(file, 0);
    }

    /// Later, when what has the name may be somebody else's.
    static Fd reopen(Path file) throws IOException {
        if (guarded()) {
            return TrustedPath.open(file);
        }
        Optional<FileStatus> link =
                status(Descriptors.AT_FDCWD, file.toString()).filter(FileStatus::isSymbolicLink);
        if (link.isPresent() && !trusted(link.get())) {
            throw new IOException(
                    "%s is a link of uid %d; delete it".formatted(file, link.get().uid()));
        }
        return append(file, link.isPresent() ? 0 : Descriptors.noFollow());
    }

    /// Root of a namespace without ordinary uids has no rights over other users' files, and cannot
    /// tell their owners apart.
    private static boolean guarded() {
        return Processes.geteuid() == 0 && !UserNamespace.isPartial();
    }

    private static Fd append(Path file, int flags) throws ErrnoException {
        int opened = Descriptors.open(file.toString(), FLAGS | flags, MODE);
        return Fd.of("open", file, opened);
    }

    /// Whether it belongs to root or to this user.
    static boolean trusted(FileStatus status) {
        return status.uid() == 0 || status.uid() == Processes.geteuid();
    }

    /// Of what has this name, a link itself; empty if nothing has it.
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
