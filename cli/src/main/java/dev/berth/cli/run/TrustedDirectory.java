package dev.berth.cli.run;

import dev.berth.sys.Descriptors;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.FileStatus;
import dev.berth.sys.Users;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// An open directory on the path to a log, owned by root or this user.
///
/// It is exclusive if nobody else may write to it: then root created all that it contains. If it is
/// shared (`/tmp`; Ubuntu's `/var/log`, which the group syslog may write to), the owner of each
/// entry is checked.
final class TrustedDirectory implements AutoCloseable {
    private static final Path PROTECTED_HARDLINKS = Path.of("/proc/sys/fs/protected_hardlinks");
    private static final Path SAFE = Path.of("/var/log/berth");

    private final Fd fd;
    private final Path path;
    private final FileStatus status;

    private TrustedDirectory(Fd fd, Path path, FileStatus status) {
        this.fd = fd;
        this.path = path;
        this.status = status;
    }

    /// `/`.
    static TrustedDirectory top() throws IOException {
        return open(Descriptors.AT_FDCWD, "/", Path.of("/"));
    }

    /// Opens a directory in this one, which stays open; the caller closes both.
    TrustedDirectory enter(String name) throws IOException {
        return open(fd.number(), name, path.resolve(name).normalize());
    }

    private static TrustedDirectory open(int parent, String name, Path path) throws IOException {
        int flags = Descriptors.O_PATH | Descriptors.directoryOnly() | Descriptors.noFollow();
        Fd fd = Fd.of("open", path, Descriptors.openat(parent, name, flags, 0));
        try {
            var directory = new TrustedDirectory(fd, path, FileStatus.of(fd.number()));
            directory.check();
            return directory;
        } catch (IOException refused) {
            fd.close();
            throw refused;
        }
    }

    private void check() throws IOException {
        if (!LogFile.trusted(status)) {
            throw refusal(path + " belongs to " + owner(status));
        }
        if (status.isWritableByAll() && !status.isSticky()) {
            throw refusal("anybody may write to " + path);
        }
    }

    private static String owner(FileStatus status) {
        String name = Users.byUid(status.uid()).map(user -> " (" + user.name() + ")").orElse("");
        return "uid " + Integer.toUnsignedString(status.uid()) + name;
    }

    /// The error for a path that is not safe for root.
    ///
    /// @param reason why other users could choose the file
    private static IOException refusal(String reason) {
        return new IOException(
                ("%s: other users could redirect root to another file with a link;"
                                + " log to a directory that belongs to root, for example: install"
                                + " -d -o root -g root -m 755 %s, then --log %s/FILE")
                        .formatted(reason, SAFE, SAFE));
    }

    Path path() {
        return path;
    }

    /// The entry with this name, without following a link.
    Optional<FileStatus> entry(String name) throws ErrnoException {
        return LogFile.status(fd.number(), name);
    }

    private boolean exclusive() {
        return !status.isWritableByOthers();
    }

    /// The target of a link in this directory.
    ///
    /// @throws IOException if other users may have created the link
    Path linkTarget(String name) throws IOException {
        if (!exclusive()) {
            throw refusal(
                    path.resolve(name) + " is a link in a directory that others may write to");
        }
        return Files.readSymbolicLink(Path.of("/proc/self/fd/" + fd.number(), name));
    }

    /// Opens a link in procfs whose target cannot be expressed as a path: `/proc/self/fd/2`.
    Fd appendThroughLink(String name) throws ErrnoException {
        return append(name, 0);
    }

    /// Opens an entry that is not a link, or creates it; the caller closes it.
    ///
    /// @throws IOException if other users may have chosen which file it is
    Fd append(String name) throws IOException {
        if (exclusive()) {
            return append(name, Descriptors.noFollow());
        }
        if (!status.isSticky() && !linksAreProtected()) {
            throw refusal(
                    "its group may write to %s, and %s is not 1"
                            .formatted(path, PROTECTED_HARDLINKS));
        }
        Optional<FileStatus> before = entry(name);
        if (before.isPresent()) {
            check(name, before.get());
        }
        // If somebody puts a FIFO there now, nobody reads it: opening it must not block.
        boolean file = before.map(FileStatus::isRegularFile).orElse(true);
        Fd opened = append(name, Descriptors.noFollow() | (file ? Descriptors.O_NONBLOCK : 0));
        try {
            check(name, FileStatus.of(opened.number()));
            return opened;
        } catch (IOException refused) {
            opened.close();
            throw refused;
        }
    }

    private Fd append(String name, int flags) throws ErrnoException {
        int opened = Descriptors.openat(fd.number(), name, LogFile.FLAGS | flags, LogFile.MODE);
        return Fd.of("open", path.resolve(name), opened);
    }

    /// Where hard links are not protected, anybody may create a second name for one of root's
    /// files.
    private void check(String name, FileStatus entry) throws IOException {
        if (entry.isSymbolicLink() || !LogFile.trusted(entry)) {
            throw refusal(path.resolve(name) + " belongs to " + owner(entry));
        }
        if (entry.links() != 1) {
            throw refusal(path.resolve(name) + " has " + entry.links() + " names (hard links)");
        }
    }

    private static boolean linksAreProtected() {
        try {
            return Files.readString(PROTECTED_HARDLINKS).strip().equals("1");
        } catch (IOException unreadable) {
            return false;
        }
    }

    @Override
    public void close() {
        fd.close();
    }
}
