package dev.berth.supervise.control;

import dev.berth.sys.Descriptors;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.FileStatus;
import dev.berth.sys.Processes;
import dev.berth.sys.Sockets;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/// Opens the listening socket `RUNTIME/NAME/control`, in a directory of its own.
final class ControlSocket {
    private static final int BACKLOG = 64;

    private ControlSocket() {}

    /// Creates the directory and the socket; removes what an earlier supervisor left there. The
    /// caller holds the name (see [NameLock]).
    ///
    /// **Ownership:** the caller closes the descriptor.
    static Fd listen(Path socket) throws IOException {
        Path directory = Objects.requireNonNull(socket.getParent(), "directory of the socket");
        if (Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
            sweep(directory);
        } else {
            Files.createDirectory(directory);
        }
        // Workers of another user reach their notification sockets in it; RUNTIME may be closed to
        // them.
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        Fd fd = UnixSocketPath.bind(socket);
        try {
            // Nobody can connect between the two calls: it does not listen yet.
            Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
            ErrnoException.check("listen", socket, Sockets.listen(fd.number(), BACKLOG));
            return fd;
        } catch (IOException failed) {
            fd.close();
            Files.deleteIfExists(socket);
            throw failed;
        }
    }

    /// Removes what an earlier supervisor left. A directory that another user created while RUNTIME
    /// was open to all is refused.
    private static void sweep(Path directory) throws IOException {
        FileStatus status = FileStatus.at(Descriptors.AT_FDCWD, directory.toString());
        if (!status.isDirectory() || status.uid() != Processes.geteuid()) {
            throw new IOException(
                    "%s is not your directory (owner uid %s); remove it: rm -r %s"
                            .formatted(directory, status.uid(), directory));
        }
        List<Path> entries;
        try (Stream<Path> all = Files.list(directory)) {
            entries = all.toList();
        }
        for (Path entry : entries) {
            Files.deleteIfExists(entry);
        }
    }
}
