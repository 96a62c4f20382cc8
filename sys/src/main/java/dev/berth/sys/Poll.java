package dev.berth.sys;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Waiting for descriptors.
///
/// Made for a loop that runs for months: each thread keeps its native memory, so a call leaves next
/// to nothing for the collector.
///
/// **Source:** poll(2).
public final class Poll {
    public static final short POLLIN = 0x1;
    public static final short POLLPRI = 0x2;
    public static final short POLLOUT = 0x4;
    public static final short POLLERR = 0x8;
    public static final short POLLHUP = 0x10;
    public static final short POLLNVAL = 0x20;
    public static final short POLLRDHUP = 0x2000;

    private static final ThreadLocal<Buffer> BUFFER = ThreadLocal.withInitial(Buffer::new);

    private Poll() {}

    /// Native memory of one thread; it lives until the thread does not.
    private static final class Buffer {
        private static final int START = 16;

        final MemorySegment capture = Arena.ofAuto().allocate(Libc.CAPTURE);
        final MemorySegment timeout = Arena.ofAuto().allocate(TimespecLayout.LAYOUT);
        MemorySegment fds = allocate(START);

        /// The same in the heap: one copy costs less than many accesses by code that nobody has
        /// compiled.
        long[] packed = new long[START];

        /// Memory for so many descriptors.
        MemorySegment fds(int count) {
            if (fds.byteSize() < count * PollFdLayout.BYTES) {
                fds = allocate(Math.max(count, 2 * capacity()));
                packed = new long[capacity()];
            }
            return fds;
        }

        private int capacity() {
            return (int) (fds.byteSize() / PollFdLayout.BYTES);
        }

        private static MemorySegment allocate(int count) {
            return Arena.ofAuto().allocate(PollFdLayout.LAYOUT, count);
        }
    }

    /// Waits until one of the first `count` descriptors has one of its events: how many have, 0
    /// when the time is over.
    ///
    /// - `fds`: a negative one is skipped
    /// - `revents`: what was found, overwritten when the result is not an error; `POLLERR`,
    ///   `POLLHUP` and `POLLNVAL` may appear unasked
    /// - `timeoutMillis`: 0 does not wait, −1 waits for ever; a signal does not lengthen it
    public static int poll(
            int[] fds, short[] events, short[] revents, int count, int timeoutMillis) {
        Buffer buffer = BUFFER.get();
        MemorySegment memory = buffer.fds(count);
        long[] packed = buffer.packed;
        for (int i = 0; i < count; i++) {
            packed[i] = PollFdLayout.pack(fds[i], events[i]);
        }
        MemorySegment.copy(packed, 0, memory, JAVA_LONG, 0, count);
        int ready = ppoll(buffer, memory, count, timeoutMillis);
        if (ready > 0) {
            MemorySegment.copy(memory, JAVA_LONG, 0, packed, 0, count);
        }
        for (int i = 0; i < count && ready >= 0; i++) {
            revents[i] = ready == 0 ? 0 : PollFdLayout.revents(packed[i]);
        }
        return ready;
    }

    /// The kernel takes what was waited off the timeout, so that an interrupted call made again
    /// waits for the rest.
    private static int ppoll(Buffer buffer, MemorySegment fds, int count, int timeoutMillis) {
        TimespecLayout.setMillis(buffer.timeout, Math.max(0, timeoutMillis));
        long timeout = timeoutMillis < 0 ? Frame.NULL : buffer.timeout.address();
        return (int)
                Kernel.retry(
                        buffer.capture,
                        Syscall.PPOLL,
                        fds.address(),
                        count,
                        timeout,
                        Frame.NULL,
                        0,
                        0);
    }

    /// Waits for one descriptor: its events, 0 when the time is over, or −errno.
    public static int poll(int fd, short events, int timeoutMillis) {
        short[] revents = new short[1];
        int ready = poll(new int[] {fd}, new short[] {events}, revents, 1, timeoutMillis);
        return ready < 0 ? ready : revents[0];
    }
}
