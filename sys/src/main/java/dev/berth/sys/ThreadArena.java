package dev.berth.sys;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Native memory that a thread keeps for its calls: allocating it each time would cost more than
/// most calls do.
///
/// It is a stack, of which each [CallArena] uses the part above its caller's. It belongs to the
/// thread alone and lives as long as the thread.
final class ThreadArena {
    /// Enough for everything but file contents and lists.
    private static final long BYTES = 8_192;

    private static final ThreadLocal<ThreadArena> MINE = ThreadLocal.withInitial(ThreadArena::new);

    /// Receives `errno`, which is read before the thread's next call.
    final MemorySegment capture = Arena.ofAuto().allocate(Libc.CAPTURE);

    final MemorySegment stack = Arena.ofAuto().allocate(BYTES, Long.BYTES);

    /// Where the free part begins.
    long top;

    private ThreadArena() {}

    static ThreadArena mine() {
        return MINE.get();
    }
}
