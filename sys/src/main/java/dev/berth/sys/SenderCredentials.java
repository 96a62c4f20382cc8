package dev.berth.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.util.Optional;

/// The sender of a message over a Unix socket, as the kernel reports it.
///
///     0     8       12     16    20    24
///     | len | level | type | pid | uid | gid |
///
/// **Source:** unix(7), `SO_PASSCRED` and `SCM_CREDENTIALS`; cmsg(3).
public final class SenderCredentials {
    private static final int SO_PASSCRED = 16;
    private static final int SCM_CREDENTIALS = 2;
    private static final int MSG_CMSG_CLOEXEC = 0x40000000;

    private static final int LEVEL = 8;
    private static final int TYPE = 12;
    private static final int PID = 16;
    private static final int UID = 20;
    private static final int GID = 24;
    private static final int CONTROL_BYTES = 32;

    private SenderCredentials() {}

    /// A message.
    ///
    /// @param count the number of bytes received, or −errno
    /// @param sender as it was when the message was sent, its pid in this process's namespace (0:
    ///   it has none there); empty without [#pass]
    public record Message(long count, Optional<PeerCredentials> sender) {}

    /// Makes the kernel attach the credentials to every message that is received from now on.
    public static int pass(int fd) {
        return Sockets.setsockopt(fd, Sockets.SOL_SOCKET, SO_PASSCRED, 1);
    }

    /// Receives a message into `buffer`. Descriptors that came with it are closed.
    public static Message recvmsg(int fd, byte[] buffer, int flags) {
        try (CallArena arena = new CallArena()) {
            MemorySegment bytes = arena.room(buffer.length);
            MemorySegment control = arena.zeroed(CONTROL_BYTES);
            MemorySegment header = MsghdrLayout.of(arena, bytes, control);
            long count =
                    arena.call(Syscall.RECVMSG, fd, header.address(), flags | MSG_CMSG_CLOEXEC);
            CallArena.copyOut(bytes, buffer, 0, Math.clamp(count, 0, buffer.length));
            boolean told =
                    count >= 0
                            && header.get(JAVA_LONG, MsghdrLayout.CONTROL_LENGTH) > 0
                            && control.get(JAVA_INT, LEVEL) == Sockets.SOL_SOCKET
                            && control.get(JAVA_INT, TYPE) == SCM_CREDENTIALS;
            return new Message(count, told ? Optional.of(sender(control)) : Optional.empty());
        }
    }

    private static PeerCredentials sender(MemorySegment control) {
        return new PeerCredentials(
                control.get(JAVA_INT, PID), control.get(JAVA_INT, UID), control.get(JAVA_INT, GID));
    }
}
