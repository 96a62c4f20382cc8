package dev.berth.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// Passing descriptors to another process over a Unix socket.
///
/// **Source:** unix(7), `SCM_RIGHTS`; sendmsg(2), recvmsg(2).
public final class Rights {
    /// The most descriptors that one message carries (the kernel's `SCM_MAX_FD`).
    public static final int MOST = 253;

    private static final int SCM_RIGHTS = 1;
    private static final int MSG_CMSG_CLOEXEC = 0x40000000;

    /// The bytes before the descriptors.
    static final int HEADER_BYTES = 16;

    private static final int LEVEL = 8;
    private static final int TYPE = 12;

    private Rights() {}

    /// Sends a message of at least one byte with descriptors. Returns the number of bytes sent. The
    /// sender keeps its own descriptors.
    public static long sendmsg(int fd, byte[] message, int[] descriptors, int flags) {
        try (CallArena arena = new CallArena()) {
            MemorySegment header =
                    MsghdrLayout.of(arena, arena.copy(message), control(arena, descriptors));
            return arena.call(Syscall.SENDMSG, fd, header.address(), flags);
        }
    }

    private static MemorySegment control(CallArena arena, int[] descriptors) {
        if (descriptors.length == 0) {
            return MemorySegment.NULL;
        }
        MemorySegment control = arena.zeroed(controlBytes(descriptors.length));
        fill(control, descriptors.length);
        MemorySegment.copy(descriptors, 0, control, JAVA_INT, HEADER_BYTES, descriptors.length);
        return control;
    }

    /// The size of the control data for this many descriptors, header included.
    static int controlBytes(int descriptors) {
        return (HEADER_BYTES + descriptors * Integer.BYTES + 7) & -8;
    }

    /// Writes the header before the descriptors.
    static void fill(MemorySegment control, int descriptors) {
        control.set(JAVA_LONG, 0, HEADER_BYTES + (long) descriptors * Integer.BYTES);
        control.set(JAVA_INT, LEVEL, Sockets.SOL_SOCKET);
        control.set(JAVA_INT, TYPE, SCM_RIGHTS);
    }

    /// Receives a message into `buffer`. Returns the number of bytes, 0 at the end. The descriptors
    /// that came with it, close-on-exec, replace the content of `received` from its start. Those
    /// that do not fit are closed by the kernel; the rest of the array is filled with −1.
    public static long recvmsg(int fd, byte[] buffer, int[] received, int flags) {
        try (CallArena arena = new CallArena()) {
            MemorySegment bytes = arena.zeroed(buffer.length);
            MemorySegment control =
                    arena.zeroed(HEADER_BYTES + (long) received.length * Integer.BYTES);
            MemorySegment header = MsghdrLayout.of(arena, bytes, control);
            long count =
                    arena.call(Syscall.RECVMSG, fd, header.address(), flags | MSG_CMSG_CLOEXEC);
            CallArena.copyOut(bytes, buffer, 0, Math.clamp(count, 0, buffer.length));
            Arrays.fill(received, -1);
            if (count >= 0 && header.get(JAVA_LONG, MsghdrLayout.CONTROL_LENGTH) > 0) {
                descriptors(control, received);
            }
            return count;
        }
    }

    private static void descriptors(MemorySegment control, int[] received) {
        boolean rights =
                control.get(JAVA_INT, LEVEL) == Sockets.SOL_SOCKET
                        && control.get(JAVA_INT, TYPE) == SCM_RIGHTS;
        long count = rights ? (control.get(JAVA_LONG, 0) - HEADER_BYTES) / Integer.BYTES : 0;
        MemorySegment.copy(
                control,
                JAVA_INT,
                HEADER_BYTES,
                received,
                0,
                Math.clamp(count, 0, received.length));
    }
}
