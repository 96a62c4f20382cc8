package dev.berth.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;

/// Calls on epoll sets; Berth mostly inspects those of other processes.
///
/// **Source:** the man page (section 2) of each name.
public final class Epoll {
    public static final int EPOLL_CTL_ADD = 1;
    public static final int EPOLL_CTL_DEL = 2;
    public static final int EPOLL_CTL_MOD = 3;
    public static final int EPOLLIN = 0x1;
    public static final int EPOLLRDHUP = 0x2000;
    public static final int EPOLLET = 1 << 31;
    public static final int EPOLL_CLOEXEC = Descriptors.O_CLOEXEC;

    private Epoll() {}

    /// Creates a set; the caller closes it.
    public static int epollCreate1(int flags) {
        return (int) Kernel.call(Syscall.EPOLL_CREATE1, flags);
    }

    /// Adds, removes or changes a descriptor of a set.
    public static int epollCtl(int epfd, int op, int fd, int events, long data) {
        if (!Platform.supported()) {
            return -Errno.ENOSYS.number();
        }
        try (CallArena arena = new CallArena()) {
            MemorySegment event = arena.struct(EpollEventLayout.LAYOUT);
            event.set(JAVA_INT, EpollEventLayout.EVENTS, events);
            event.set(JAVA_LONG_UNALIGNED, EpollEventLayout.DATA, data);
            return (int) arena.call(Syscall.EPOLL_CTL, epfd, op, fd, event.address());
        }
    }

    /// Waits until descriptors of the set have events, and takes up to `events.length` of them.
    /// Returns how many were taken, 0 on timeout.
    ///
    /// @param events the events found, filled from the start
    /// @param data the data of each of these descriptors, filled from the start
    /// @param timeoutMillis 0 does not wait, −1 waits for ever; a signal may lengthen the wait
    public static int epollWait(int epfd, int[] events, long[] data, int timeoutMillis) {
        if (!Platform.supported()) {
            return -Errno.ENOSYS.number();
        }
        long bytes = EpollEventLayout.LAYOUT.byteSize();
        try (CallArena arena = new CallArena()) {
            MemorySegment memory = arena.room(bytes * events.length);
            long count =
                    arena.call(
                            Syscall.EPOLL_PWAIT,
                            epfd,
                            memory.address(),
                            events.length,
                            timeoutMillis);
            for (int i = 0; i < count; i++) {
                events[i] = memory.get(JAVA_INT, i * bytes + EpollEventLayout.EVENTS);
                data[i] = memory.get(JAVA_LONG_UNALIGNED, i * bytes + EpollEventLayout.DATA);
            }
            return (int) count;
        }
    }
}
