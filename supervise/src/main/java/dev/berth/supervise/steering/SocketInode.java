package dev.berth.supervise.steering;

import dev.berth.sys.Fd;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/// The number by which the kernel's tables and /proc identify a socket.
public final class SocketInode {
    private static final String SOCKET = "socket:[";

    private SocketInode() {}

    /// The inode of a descriptor of this process.
    public static long of(Fd socket) throws IOException {
        return behind("/proc/self/fd/" + socket.number())
                .orElseThrow(() -> new IOException("/proc does not show " + socket));
    }

    /// The inode behind a `/proc/PID/fd/N` link, if that is a socket that this user is permitted to
    /// inspect.
    public static OptionalLong behind(String link) {
        try {
            String text = Files.readSymbolicLink(Path.of(link)).toString();
            return text.startsWith(SOCKET)
                    ? OptionalLong.of(Long.parseLong(text, SOCKET.length(), text.length() - 1, 10))
                    : OptionalLong.empty();
        } catch (IOException | NumberFormatException unreadable) {
            return OptionalLong.empty();
        }
    }
}
