package dev.berth.sys;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Native memory that a thread keeps for its calls: to allocate it anew would cost more than most
/// of them do.
///
/// A stack, of which each [Frame] has the part above its caller's. It is the thread's alone, and
/// lives as long.
final class Scratch {
    /// Enough for all but file contents and lists.
    private static final long BYTES = 8_192;

    private static final ThreadLocal<Scratch> MINE = ThreadLocal.withInitial(Scratch::new);

    /// The place for `errno`, which is read before the thread's next call.
    final MemorySegment capture = Arena.ofAuto().allocate(Libc.CAPTURE);

    final MemorySegment stack = Arena.ofAuto().allocate(BYTES, Long.BYTES);

    /// Where what is free begins.
    long top;

    private Scratch() {}

    static Scratch mine() {
        return MINE.get();
    }
}
