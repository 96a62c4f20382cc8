package dev.berth.sys;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Native memory that a thread keeps for calls that it makes many times a second, for months: to
/// allocate it anew, as [Frame] does, would cost more than the call.
///
/// It is the calling thread's alone and holds one call's data; it lives until the thread does not.
final class Scratch {
    private static final ThreadLocal<Scratch> MINE = ThreadLocal.withInitial(Scratch::new);
    private static final long START_BYTES = 512;

    /// The place for `errno`.
    final MemorySegment capture = Arena.ofAuto().allocate(Libc.CAPTURE);

    private MemorySegment memory = Arena.ofAuto().allocate(START_BYTES, Long.BYTES);

    private Scratch() {}

    static Scratch mine() {
        return MINE.get();
    }

    /// Memory of at least that size, zeroed so far, aligned for anything; what an earlier call had
    /// there is gone.
    MemorySegment zeroed(long bytes) {
        if (memory.byteSize() < bytes) {
            memory = Arena.ofAuto().allocate(2 * bytes, Long.BYTES);
        }
        memory.asSlice(0, bytes).fill((byte) 0);
        return memory;
    }
}
