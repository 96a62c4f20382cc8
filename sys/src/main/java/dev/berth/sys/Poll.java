package dev.berth.sys;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;

/// Waits for descriptors.
///
/// **Source:** poll(2).
public final class Poll {
    public static final short POLLIN = 0x1;
    public static final short POLLOUT = 0x4;
    public static final short POLLERR = 0x8;
    public static final short POLLHUP = 0x10;
    public static final short POLLNVAL = 0x20;

    private Poll() {}

    /// Waits until one of the first `count` descriptors has one of its events. Returns the number
    /// of descriptors that have, 0 on timeout.
    ///
    /// @param fds negative ones are skipped
    /// @param revents the events found, overwritten unless the result is an error; `POLLERR`,
    ///   `POLLHUP` and `POLLNVAL` may appear without being asked for
    /// @param timeoutMillis 0 does not wait, −1 waits for ever; a signal does not lengthen the wait
    public static int poll(
            int[] fds, short[] events, short[] revents, int count, int timeoutMillis) {
        // One copy costs less than many accesses by code that is not compiled yet.
        long[] packed = new long[count];
        for (int i = 0; i < count; i++) {
            packed[i] = PollFdLayout.pack(fds[i], events[i]);
        }
        int ready = ppoll(packed, timeoutMillis);
        for (int i = 0; i < count && ready >= 0; i++) {
            revents[i] = ready == 0 ? 0 : PollFdLayout.revents(packed[i]);
        }
        return ready;
    }

    /// The kernel subtracts the time already waited from the timeout, so that a call repeated after
    /// an interruption waits for the rest.
    private static int ppoll(long[] fds, int timeoutMillis) {
        try (CallArena arena = new CallArena()) {
            MemorySegment memory = arena.copy(fds);
            MemorySegment timeout = arena.struct(TimespecLayout.LAYOUT);
            TimespecLayout.setMillis(timeout, Math.max(0, timeoutMillis));
            long result =
                    arena.call(
                            Syscall.PPOLL,
                            memory.address(),
                            fds.length,
                            timeoutMillis < 0 ? CallArena.NULL : timeout.address());
            MemorySegment.copy(memory, JAVA_LONG, 0, fds, 0, fds.length);
            return (int) result;
        }
    }

    /// Waits for one descriptor. Returns its events, 0 on timeout, or −errno.
    public static int poll(int fd, short events, int timeoutMillis) {
        short[] revents = new short[1];
        int ready = poll(new int[] {fd}, new short[] {events}, revents, 1, timeoutMillis);
        return ready < 0 ? ready : revents[0];
    }
}
