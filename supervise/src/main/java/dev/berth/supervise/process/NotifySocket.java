package dev.berth.supervise.process;

import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.PeerCredentials;
import dev.berth.sys.SenderCredentials;
import dev.berth.sys.SockAddr;
import dev.berth.sys.Sockets;
import dev.berth.sys.User;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.function.IntConsumer;

/// The socket to which one worker can report its state, its NOTIFY_SOCKET.
///
/// **Source:** sd_notify(3).
public final class NotifySocket implements AutoCloseable {
    private static final int LONGEST_MESSAGE = 4096;

    /// The most messages read in one go: a sender that never stops must not hold up the reader.
    private static final int MOST_MESSAGES = 16;

    private final Fd fd;
    private final Path path;

    private NotifySocket(Fd fd, Path path) {
        this.fd = fd;
        this.path = path;
    }

    /// @param user the owner of the socket, if not this process's user
    public static NotifySocket open(Path path, Optional<User> user) throws IOException {
        int type = Sockets.SOCK_DGRAM | Sockets.SOCK_CLOEXEC | Sockets.SOCK_NONBLOCK;
        Fd fd = Fd.of("socket", path, Sockets.socket(Sockets.AF_UNIX, type, 0));
        try {
            Files.deleteIfExists(path);
            ErrnoException.check("setsockopt", path, SenderCredentials.pass(fd.number()));
            SockAddr address = new SockAddr.Unix(path.toString());
            ErrnoException.check("bind", path, Sockets.bind(fd.number(), address));
            // Regardless of the umask: only the worker's user may report that it is ready.
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

    /// Readable when a message has arrived; closed with this object.
    public Fd fd() {
        return fd;
    }

    Path path() {
        return path;
    }

    /// Reads what was sent.
    ///
    /// @param announced is passed the pid of the sender of `READY=1` (0: a process in another pid
    ///   namespace) before the next message is read: a sender that waits for that
    ///   (systemd-notify(1) does, through a descriptor in a second message) is still alive
    public void read(IntConsumer announced) {
        byte[] buffer = new byte[LONGEST_MESSAGE];
        for (int i = 0; i < MOST_MESSAGES; i++) {
            SenderCredentials.Message message =
                    SenderCredentials.recvmsg(fd.number(), buffer, Sockets.MSG_DONTWAIT);
            if (message.count() < 0) {
                return;
            }
            int length = (int) message.count();
            String text = new String(buffer, 0, length, StandardCharsets.UTF_8);
            if (text.lines().anyMatch("READY=1"::equals)) {
                announced.accept(message.sender().map(PeerCredentials::pid).orElse(0));
            }
        }
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
