package dev.berth.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;

/// `struct epoll_event`, which is packed on x86-64 only.
///
///     x86-64    0        4            12
///               | events | data       |
///     aarch64   0        4            8            16
///               | events | padding    | data       |
///
/// **Source:** `linux/eventpoll.h`.
final class EpollEventLayout {
    static final StructLayout LAYOUT = layout(Arch.current());
    static final long EVENTS = Layouts.offset(LAYOUT, "events");
    static final long DATA = Layouts.offset(LAYOUT, "data");

    private EpollEventLayout() {}

    static StructLayout layout(Arch arch) {
        MemoryLayout events = JAVA_INT.withName("events");
        return switch (arch) {
            case X86_64 ->
                    Layouts.struct("epoll_event", 12, events, JAVA_LONG_UNALIGNED.withName("data"));
            case AARCH64 ->
                    Layouts.struct(
                            "epoll_event",
                            16,
                            events,
                            MemoryLayout.paddingLayout(4),
                            JAVA_LONG.withName("data"));
        };
    }
}
