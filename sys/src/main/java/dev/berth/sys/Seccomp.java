package dev.berth.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// System call filters, and answers to the calls that a filter passes on to us.
///
/// **Shape:** a filter instruction is one `long`: the code in bits 0–15, `jt` in 16–23, `jf` in
/// 24–31, `k` in 32–63.
///
/// **Since:** Linux 5.0 for listeners, 5.5 for [#proceed], 5.9 for [#addFd].
///
/// **Source:** seccomp(2), seccomp_unotify(2).
public final class Seccomp {
    private static final int SET_MODE_FILTER = 1;
    private static final int NEW_LISTENER = 0x08;
    private static final int WAIT_KILLABLE_RECV = 0x20;

    private static final long NOTIF_RECV = 0xC0502100L;
    private static final long NOTIF_SEND = 0xC0182101L;
    private static final long NOTIF_ID_VALID = 0x40082102L;
    private static final long NOTIF_ADDFD = 0x40182103L;

    private static final int RESPONSE_CONTINUE = 1;
    private static final int ADDFD_SETFD = 1;

    private Seccomp() {}

    /// Installs a filter on **the calling thread** and everything that it starts from now on, for
    /// ever. Returns the listener's descriptor, close-on-exec, which the caller closes; or −errno.
    ///
    /// Closing the listener while a filtered program lives makes that program's calls fail with
    /// `ENOSYS`.
    ///
    /// **Errors:** `EACCES`: needs `CAP_SYS_ADMIN`, or [Processes#noNewPrivileges] before; `EBUSY`:
    /// an outer filter already has a listener; `EINVAL`: the filter, or `waitKillable`, is not
    /// valid here.
    ///
    /// @param waitKillable only a fatal signal interrupts a call that was received, so that no
    ///   other signal makes the program repeat it. **Since:** Linux 5.19.
    public static long installListener(long[] filter, boolean waitKillable) {
        return install(filter, NEW_LISTENER | (waitKillable ? WAIT_KILLABLE_RECV : 0));
    }

    /// Installs a filter without a listener on **the calling thread**. Returns 0 or −errno.
    public static long install(long[] filter) {
        return install(filter, 0);
    }

    private static long install(long[] filter, int flags) {
        try (CallArena arena = new CallArena()) {
            long program = SockFprogLayout.of(arena, filter).address();
            return arena.call(Syscall.SECCOMP, SET_MODE_FILTER, flags, program);
        }
    }

    /// Whether [#installListener] accepts `waitKillable`; installs nothing.
    ///
    /// The kernel checks the flags before it checks the filter, which is missing here.
    public static boolean waitKillableSupported() {
        long result =
                Kernel.call(
                        Syscall.SECCOMP,
                        SET_MODE_FILTER,
                        NEW_LISTENER | WAIT_KILLABLE_RECV,
                        CallArena.NULL);
        return Errno.EFAULT.is(result);
    }

    /// Forbids the calling thread to gain privileges, which an unprivileged thread must do before
    /// it can install a filter. The same as [Processes#noNewPrivileges].
    public static int noNewPrivileges() {
        return Processes.noNewPrivileges();
    }

    /// The next call that waits for an answer; empty if none does now.
    ///
    /// Does not block: wait with [Poll] for `POLLIN`. `POLLHUP` means that no process is left that
    /// could call. For one thread at a time.
    public static Optional<Notification> receive(int fd) throws ErrnoException {
        int events = Poll.poll(fd, Poll.POLLIN, 0);
        ErrnoException.check("poll", "seccomp listener fd " + fd, events);
        if ((events & Poll.POLLNVAL) != 0) {
            throw new ErrnoException("poll", "seccomp listener fd " + fd, Errno.EBADF.number());
        }
        if ((events & Poll.POLLIN) == 0) {
            return Optional.empty();
        }
        try (CallArena arena = new CallArena()) {
            MemorySegment notification = arena.struct(SeccompLayouts.NOTIFICATION);
            long result = arena.call(Syscall.IOCTL, fd, NOTIF_RECV, notification.address());
            if (Errno.ENOENT.is(result)) {
                return Optional.empty(); // killed between its call and now
            }
            ErrnoException.check("ioctl", "SECCOMP_IOCTL_NOTIF_RECV fd " + fd, result);
            return Optional.of(decode(notification));
        }
    }

    private static Notification decode(MemorySegment notification) {
        List<Long> arguments = new ArrayList<>();
        for (int i = 0; i < SeccompLayouts.ARGUMENTS; i++) {
            long at = SeccompLayouts.NOTIFICATION_ARGS + (long) i * Long.BYTES;
            arguments.add(notification.get(JAVA_LONG, at));
        }
        return new Notification(
                notification.get(JAVA_LONG, SeccompLayouts.NOTIFICATION_ID),
                notification.get(JAVA_INT, SeccompLayouts.NOTIFICATION_PID),
                notification.get(JAVA_INT, SeccompLayouts.NOTIFICATION_NR),
                arguments);
    }

    /// Answers a call in the kernel's place: it returns `value`, or fails if `error` is not 0.
    ///
    /// **Errors:** `ENOENT`: the call no longer waits; `EINPROGRESS`: it was already answered.
    ///
    /// @param error a positive errno
    public static long respond(int fd, long id, long value, int error) {
        return send(fd, id, error == 0 ? value : 0, -error, 0);
    }

    /// Lets the kernel make the call. This cannot enforce a policy: the program may change what the
    /// arguments point to in the meantime.
    public static long proceed(int fd, long id) {
        return send(fd, id, 0, 0, RESPONSE_CONTINUE);
    }

    private static long send(int fd, long id, long value, int error, int flags) {
        try (CallArena arena = new CallArena()) {
            MemorySegment response = arena.struct(SeccompLayouts.RESPONSE);
            response.set(JAVA_LONG, SeccompLayouts.RESPONSE_ID, id);
            response.set(JAVA_LONG, SeccompLayouts.RESPONSE_VALUE, value);
            response.set(JAVA_INT, SeccompLayouts.RESPONSE_ERROR, error);
            response.set(JAVA_INT, SeccompLayouts.RESPONSE_FLAGS, flags);
            return arena.call(Syscall.IOCTL, fd, NOTIF_SEND, response.address());
        }
    }

    /// Whether the call still waits: 0 or `-ENOENT`. What was read before from the thread's memory
    /// or `/proc` is valid only if this still holds afterwards.
    public static long idValid(int fd, long id) {
        try (CallArena arena = new CallArena()) {
            long memory = arena.copy(new long[] {id}).address();
            return arena.call(Syscall.IOCTL, fd, NOTIF_ID_VALID, memory);
        }
    }

    /// Replaces descriptor `targetFd` of the waiting process by our `sourceFd` (SETFD), as dup2
    /// would. Returns the descriptor there, or −errno. The call still waits for its answer.
    public static long addFd(int fd, long id, int sourceFd, int targetFd, boolean cloexec) {
        try (CallArena arena = new CallArena()) {
            MemorySegment request = arena.struct(SeccompLayouts.ADD_FD);
            request.set(JAVA_LONG, SeccompLayouts.ADD_FD_ID, id);
            request.set(JAVA_INT, SeccompLayouts.ADD_FD_FLAGS, ADDFD_SETFD);
            request.set(JAVA_INT, SeccompLayouts.ADD_FD_SOURCE, sourceFd);
            request.set(JAVA_INT, SeccompLayouts.ADD_FD_TARGET, targetFd);
            request.set(
                    JAVA_INT,
                    SeccompLayouts.ADD_FD_TARGET_FLAGS,
                    cloexec ? Descriptors.O_CLOEXEC : 0);
            return arena.call(Syscall.IOCTL, fd, NOTIF_ADDFD, request.address());
        }
    }
}
