package dev.berth.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Calls on epoll sets; in Berth, those of other processes above all.
///
/// **Source:** the man page (section 2) of each name.
public final class Epoll {
    public static final int EPOLL_CTL_ADD = 1;
    public static final int EPOLL_CTL_DEL = 2;
    public static final int EPOLL_CTL_MOD = 3;
    public static final int EPOLLIN = 0x1;
    public static final int EPOLLOUT = 0x4;
    public static final int EPOLLERR = 0x8;
    public static final int EPOLLHUP = 0x10;
    public static final int EPOLLRDHUP = 0x2000;
    public static final int EPOLLEXCLUSIVE = 1 << 28;
    public static final int EPOLLONESHOT = 1 << 30;
    public static final int EPOLLET = 1 << 31;
    public static final int EPOLL_CLOEXEC = Descriptors.O_CLOEXEC;

    private static final ThreadLocal<Buffer> BUFFER = ThreadLocal.withInitial(Buffer::new);

    private Epoll() {}

    /// Native memory of one thread; it lives until the thread does not.
    private static final class Buffer {
        final MemorySegment capture = Arena.ofAuto().allocate(Libc.CAPTURE);
        private MemorySegment events = MemorySegment.NULL;

        MemorySegment events(int count) {
            long bytes = count * EpollEventLayout.LAYOUT.byteSize();
            if (events.byteSize() < bytes) {
                events = Arena.ofAuto().allocate(bytes, Long.BYTES);
            }
            return events;
        }
    }

    /// What was found on a descriptor of the set: its events, and the data that it was added with.
    public record Event(int events, long data) {}

    /// Makes a set; the caller closes it.
    public static int epollCreate1(int flags) {
        return (int) Kernel.call(Syscall.EPOLL_CREATE1, flags);
    }

    /// Adds, removes or changes a descriptor of a set.
    public static int epollCtl(int epfd, int op, int fd, int events, long data) {
        if (!Platform.supported()) {
            return -Errno.ENOSYS.number();
        }
        try (Frame frame = new Frame()) {
            MemorySegment event = frame.struct(EpollEventLayout.LAYOUT);
            event.set(JAVA_INT, EpollEventLayout.EVENTS, events);
            event.set(JAVA_LONG_UNALIGNED, EpollEventLayout.DATA, data);
            return (int) frame.call(Syscall.EPOLL_CTL, epfd, op, fd, event.address());
        }
    }

    /// Takes up to `found.length` events without waiting: how many.
    public static int epollWait(int epfd, Event[] found) {
        if (!Platform.supported()) {
            return -Errno.ENOSYS.number();
        }
        long bytes = EpollEventLayout.LAYOUT.byteSize();
        try (Frame frame = new Frame()) {
            MemorySegment memory = frame.zeroed(bytes * found.length);
            long count =
                    frame.call(Syscall.EPOLL_PWAIT, epfd, memory.address(), found.length, 0, 0, 0);
            for (int i = 0; i < count; i++) {
                found[i] = event(memory.asSlice(i * bytes, bytes));
            }
            return (int) count;
        }
    }

    /// Waits until descriptors of the set have events, and takes up to `events.length` of them: how
    /// many, 0 when the time is over.
    ///
    /// Made for a loop that runs for months, as [Poll] is: each thread keeps its native memory.
    ///
    /// - `events`, `data`: what was found, from their start
    /// - `timeoutMillis`: 0 does not wait, −1 waits for ever; a signal may lengthen it
    public static int epollWait(int epfd, int[] events, long[] data, int timeoutMillis) {
        long bytes = EpollEventLayout.LAYOUT.byteSize();
        Buffer buffer = BUFFER.get();
        MemorySegment memory = buffer.events(events.length);
        int count =
                (int)
                        Kernel.retry(
                                buffer.capture,
                                Syscall.EPOLL_PWAIT,
                                epfd,
                                memory.address(),
                                events.length,
                                timeoutMillis,
                                0,
                                0);
        for (int i = 0; i < count; i++) {
            events[i] = memory.get(JAVA_INT, i * bytes + EpollEventLayout.EVENTS);
            data[i] = memory.get(JAVA_LONG_UNALIGNED, i * bytes + EpollEventLayout.DATA);
        }
        return count;
    }

    private static Event event(MemorySegment event) {
        return new Event(
                event.get(JAVA_INT, EpollEventLayout.EVENTS),
                event.get(JAVA_LONG_UNALIGNED, EpollEventLayout.DATA));
    }
}
