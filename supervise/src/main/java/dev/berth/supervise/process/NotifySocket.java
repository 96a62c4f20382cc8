package dev.berth.supervise.process;

import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.SockAddr;
import dev.berth.sys.Sockets;
import dev.berth.sys.User;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/// The socket that one worker may tell its state to, as NOTIFY_SOCKET. **Source:** sd_notify(3).
public final class NotifySocket implements AutoCloseable {
    private static final int LONGEST_MESSAGE = 4096;

    /// Read in one go; who sends more than that all the time shall not keep the reader.
    private static final int MOST_MESSAGES = 16;

    private final Fd fd;
    private final Path path;

    private NotifySocket(Fd fd, Path path) {
        this.fd = fd;
        this.path = path;
    }

    /// @param user whom it shall belong to, if not this process's
    public static NotifySocket open(Path path, Optional<User> user) throws IOException {
        int type = Sockets.SOCK_DGRAM | Sockets.SOCK_CLOEXEC | Sockets.SOCK_NONBLOCK;
        Fd fd = Fd.of("socket", path, Sockets.socket(Sockets.AF_UNIX, type, 0));
        try {
            Files.deleteIfExists(path);
            SockAddr address = new SockAddr.Unix(path.toString());
            ErrnoException.check("bind", path, Sockets.bind(fd.number(), address));
            // Whatever the umask allows: only the worker's user may say that it is ready.
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
            if (user.isPresent()) {
                Files.setAttribute(path, "unix:uid", user.get().uid());
            }
            return new NotifySocket(fd, path);
        } catch (IOException failed) {
            fd.close();
            Files.deleteIfExists(path);
            throw failed;
        }
    }

    /// Readable when something was said; closed with this.
    public Fd fd() {
        return fd;
    }

    Path path() {
        return path;
    }

    /// Reads what was sent; whether `READY=1` was in it.
    public boolean ready() {
        byte[] message = new byte[LONGEST_MESSAGE];
        boolean ready = false;
        for (int i = 0; i < MOST_MESSAGES; i++) {
            long length = Sockets.recv(fd.number(), message, Sockets.MSG_DONTWAIT);
            if (length < 0) {
                break;
            }
            String text = new String(message, 0, (int) length, StandardCharsets.UTF_8);
            ready |= text.lines().anyMatch("READY=1"::equals);
        }
        return ready;
    }

    @Override
    public void close() {
        fd.close();
        try {
            Files.deleteIfExists(path);
        } catch (IOException leftToTheGuard) {
            return;
        }
    }
}
