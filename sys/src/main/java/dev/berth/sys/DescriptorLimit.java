package dev.berth.sys;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/// The limit of open descriptors: this process gets as many as the administrator allows, the
/// programs that it starts get the limit that it was started with.
///
/// Many programs treat their soft limit as the number they are meant to use: select(2) fails above
/// 1,024, and some programs close every number below the limit when they start.
///
///     0          8          16
///     | rlim_cur | rlim_max |
///
/// **Source:** getrlimit(2), `RLIMIT_NOFILE`.
public final class DescriptorLimit {
    private static final int RLIMIT_NOFILE = 7;
    private static final int THIS_PROCESS = 0;
    private static final int HARD = 8;
    private static final int BYTES = 16;

    /// The soft limit before [#raise].
    private static OptionalLong given = OptionalLong.empty();

    private DescriptorLimit() {}

    /// Raises the soft limit of this process to the hard one, but not the limit of what [Spawn]
    /// starts from now on. (HotSpot does this at its start and for all, unless it has
    /// `-XX:-MaxFDLimit`.)
    ///
    /// @return 0 or −errno
    public static synchronized int raise() {
        try (CallArena arena = new CallArena()) {
            MemorySegment limit = arena.zeroed(BYTES);
            long result = get(arena, limit);
            if (result < 0) {
                return (int) result;
            }
            if (given.isEmpty()) {
                given = OptionalLong.of(limit.get(JAVA_LONG, 0));
            }
            limit.set(JAVA_LONG, 0, limit.get(JAVA_LONG, HARD));
            return (int) set(arena, limit);
        }
    }

    /// Starts a process with the soft limit from before [#raise]. While this lasts, no other thread
    /// can open a descriptor above that limit; descriptors that are already open stay open.
    static synchronized long spawn(LongSupplier spawn) {
        if (given.isEmpty()) {
            return spawn.getAsLong();
        }
        try (CallArena arena = new CallArena()) {
            MemorySegment limit = arena.zeroed(BYTES);
            long raised = get(arena, limit) < 0 ? 0 : limit.get(JAVA_LONG, 0);
            if (Long.compareUnsigned(raised, given.getAsLong()) <= 0) {
                return spawn.getAsLong();
            }
            limit.set(JAVA_LONG, 0, given.getAsLong());
            set(arena, limit);
            try {
                return spawn.getAsLong();
            } finally {
                limit.set(JAVA_LONG, 0, raised);
                set(arena, limit);
            }
        }
    }

    private static long get(CallArena arena, MemorySegment limit) {
        return arena.call(
                Syscall.PRLIMIT64, THIS_PROCESS, RLIMIT_NOFILE, CallArena.NULL, limit.address());
    }

    private static long set(CallArena arena, MemorySegment limit) {
        return arena.call(
                Syscall.PRLIMIT64, THIS_PROCESS, RLIMIT_NOFILE, limit.address(), CallArena.NULL);
    }
}
