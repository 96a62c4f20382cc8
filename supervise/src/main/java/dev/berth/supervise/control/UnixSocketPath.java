package dev.berth.supervise.control;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.berth.sys.Descriptors;
import dev.berth.sys.Errno;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.SockAddr;
import dev.berth.sys.Sockets;

import java.nio.file.Path;
import java.util.function.ToIntFunction;

/// Handles sockets at a path of any length: a path too long for the kernel's 108 bytes is reached
/// through a descriptor of its directory.
public final class UnixSocketPath {
    private static final int MOST_BYTES = 107;
    private static final int STREAM = Sockets.SOCK_STREAM | Sockets.SOCK_CLOEXEC;

    private UnixSocketPath() {}

    /// Connects to the socket at `path`.
    ///
    /// @throws ErrnoException `ENOENT`, `ECONNREFUSED` (no listener any more), `EACCES`; `EAGAIN`
    ///   when too many connections are queued already
    ///
    ///   **Ownership:** the caller closes it.
    public static Fd connect(Path path, long patienceNanos) throws ErrnoException {
        Fd socket = socket();
        try {
            ControlFrame.timeout(socket.number(), Sockets.SO_SNDTIMEO, patienceNanos);
            at(path, "connect", address -> Sockets.connect(socket.number(), address));
            return socket;
        } catch (ErrnoException failed) {
            socket.close();
            throw failed;
        }
    }

    /// Makes a socket bound to `path`, which must be free; it does not listen yet.
    ///
    /// **Ownership:** the caller closes it.
    static Fd bind(Path path) throws ErrnoException {
        Fd socket = socket();
        try {
            at(path, "bind", address -> Sockets.bind(socket.number(), address));
            return socket;
        } catch (ErrnoException failed) {
            socket.close();
            throw failed;
        }
    }

    private static Fd socket() throws ErrnoException {
        return Fd.of("socket", "unix", Sockets.socket(Sockets.AF_UNIX, STREAM, 0));
    }

    private static void at(Path path, String name, ToIntFunction<SockAddr> call)
            throws ErrnoException {
        if (path.toString().getBytes(UTF_8).length <= MOST_BYTES) {
            ErrnoException.check(name, path, call.applyAsInt(new SockAddr.Unix(path.toString())));
            return;
        }
        Path parent = path.toAbsolutePath().getParent();
        if (parent == null) {
            throw new ErrnoException(name, path.toString(), Errno.ENAMETOOLONG.number());
        }
        int opened = Descriptors.open(parent.toString(), Descriptors.O_PATH, 0);
        try (Fd directory = Fd.of("open", parent, opened)) {
            String link = "/proc/self/fd/" + directory.number() + "/" + path.getFileName();
            ErrnoException.check(name, path, call.applyAsInt(new SockAddr.Unix(link)));
        }
    }
}
