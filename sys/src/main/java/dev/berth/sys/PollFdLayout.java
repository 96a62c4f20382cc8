package dev.berth.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.StructLayout;

/// `struct pollfd`, and the same as a `long` of a little-endian machine.
///
///     0         4        6         8
///     | fd      | events | revents |
///
/// **Source:** poll(2).
final class PollFdLayout {
    static final StructLayout LAYOUT =
            Layouts.struct(
                    "pollfd",
                    8,
                    JAVA_INT.withName("fd"),
                    JAVA_SHORT.withName("events"),
                    JAVA_SHORT.withName("revents"));

    static final long BYTES = LAYOUT.byteSize();
    static final long FD = Layouts.offset(LAYOUT, "fd");
    static final long EVENTS = Layouts.offset(LAYOUT, "events");
    static final long REVENTS = Layouts.offset(LAYOUT, "revents");

    private PollFdLayout() {}

    static long pack(int fd, short events) {
        return Integer.toUnsignedLong(fd) | (events & 0xffffL) << (EVENTS * Byte.SIZE);
    }

    static short revents(long packed) {
        return (short) (packed >>> (REVENTS * Byte.SIZE));
    }
}
