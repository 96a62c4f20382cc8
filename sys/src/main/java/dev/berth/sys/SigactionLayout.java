package dev.berth.sys;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;

/// `struct sigaction` of glibc and musl (the kernel's own is another).
///
///     0            8           136          140       144           152
///     | sa_handler | sa_mask   | sa_flags   | (none)  | sa_restorer |
///
/// **Source:** sigaction(2), `bits/sigaction.h`.
final class SigactionLayout {
    static final StructLayout LAYOUT =
            Layouts.struct(
                    "sigaction",
                    152,
                    JAVA_LONG.withName("sa_handler"),
                    MemoryLayout.sequenceLayout(128, JAVA_BYTE).withName("sa_mask"),
                    JAVA_INT.withName("sa_flags"),
                    MemoryLayout.paddingLayout(4),
                    JAVA_LONG.withName("sa_restorer"));

    private static final int SA_ONSTACK = 0x08000000;
    private static final int SA_RESTART = 0x10000000;

    private static final long HANDLER = Layouts.offset(LAYOUT, "sa_handler");
    private static final long FLAGS = Layouts.offset(LAYOUT, "sa_flags");

    private SigactionLayout() {}

    /// Has the code at `address` run for the signal, on the interrupted thread's alternate stack if
    /// it has one; system calls that it interrupts go on.
    static void setHandler(MemorySegment action, long address) {
        action.set(JAVA_LONG, HANDLER, address);
        action.set(JAVA_INT, FLAGS, SA_ONSTACK | SA_RESTART);
    }
}
