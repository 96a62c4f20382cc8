package dev.berth.sys;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;

/// `struct sock_fprog`: a classic BPF program.
///
///     0     2          8                16
///     | len | padding  | filter         |
///
/// and `filter` points to `len` times `struct sock_filter`, whose bytes are those of a
/// little-endian `long`:
///
///     0      2    3    4         8
///     | code | jt | jf | k       |
///
/// **Source:** `linux/filter.h`.
final class SockFprogLayout {
    static final StructLayout LAYOUT =
            Layouts.struct(
                    "sock_fprog",
                    16,
                    JAVA_SHORT.withName("len"),
                    MemoryLayout.paddingLayout(6),
                    JAVA_LONG.withName("filter"));

    private static final long LEN = Layouts.offset(LAYOUT, "len");
    private static final long FILTER = Layouts.offset(LAYOUT, "filter");
    private static final int MAX_INSTRUCTIONS = 4096;

    private SockFprogLayout() {}

    /// The program in native memory, which lives as long as the frame.
    static MemorySegment of(CallArena arena, long[] instructions) {
        if (instructions.length == 0 || instructions.length > MAX_INSTRUCTIONS) {
            throw new IllegalArgumentException(
                    "a classic program has 1 to "
                            + MAX_INSTRUCTIONS
                            + " instructions: "
                            + instructions.length);
        }
        MemorySegment program = arena.struct(LAYOUT);
        program.set(JAVA_SHORT, LEN, (short) instructions.length);
        program.set(JAVA_LONG, FILTER, arena.copy(instructions).address());
        return program;
    }
}
