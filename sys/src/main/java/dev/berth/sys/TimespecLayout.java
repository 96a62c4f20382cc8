package dev.berth.sys;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;

/// `struct timespec`.
///
///     0            8            16
///     | tv_sec     | tv_nsec    |
///
/// **Source:** timespec(3).
final class TimespecLayout {
    static final StructLayout LAYOUT =
            Layouts.struct(
                    "timespec", 16, JAVA_LONG.withName("tv_sec"), JAVA_LONG.withName("tv_nsec"));

    private static final long SECONDS = Layouts.offset(LAYOUT, "tv_sec");
    private static final long NANOS = Layouts.offset(LAYOUT, "tv_nsec");

    private TimespecLayout() {}

    static void setMillis(MemorySegment timespec, int millis) {
        timespec.set(JAVA_LONG, SECONDS, millis / 1_000);
        timespec.set(JAVA_LONG, NANOS, millis % 1_000 * 1_000_000L);
    }
}
