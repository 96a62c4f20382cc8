package dev.berth.sys;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// The one way into the kernel: syscall(2) of libc.
///
/// A raw call acts on the calling thread alone, where libc's own function would act on all threads
/// (`setresuid` and the like). It also works for calls that libc does not know.
final class Kernel {
    private static final int ENOSYS = Errno.ENOSYS.number();
    private static final int EINTR = Errno.EINTR.number();

    private static final int MAX_ARGUMENTS = 6;

    private Kernel() {}

    /// Loaded by the first call, so that a start does not pay for what it does not use.
    private static final class Holder {
        static final MemorySegment SYSCALL = Libc.function("syscall");
    }

    /// Makes a call that needs no memory, repeating it while it is interrupted. Returns its value
    /// or −errno.
    static long call(Syscall call, long... arguments) {
        long[] a = padded(arguments);
        return Platform.supported()
                ? retry(ThreadArena.mine().capture, call, a[0], a[1], a[2], a[3], a[4], a[5])
                : -ENOSYS;
    }

    /// Makes such a call exactly once.
    static long callOnce(Syscall call, long argument) {
        return Platform.supported()
                ? once(ThreadArena.mine().capture, call, argument, 0, 0, 0, 0, 0)
                : -ENOSYS;
    }

    /// The arguments, padded with zeros to the number that every call is given.
    static long[] padded(long[] arguments) {
        return arguments.length == MAX_ARGUMENTS
                ? arguments
                : Arrays.copyOf(arguments, MAX_ARGUMENTS);
    }

    /// Makes a call, repeating it while it is interrupted by a signal. Returns its value or −errno.
    ///
    /// @param capture memory of the layout [Libc#CAPTURE] that no other thread uses during the call
    static long retry(
            MemorySegment capture, Syscall call, long a, long b, long c, long d, long e, long f) {
        long result;
        do {
            result = once(capture, call, a, b, c, d, e, f);
        } while (result == -EINTR);
        return result;
    }

    /// Makes a call exactly once. Returns its value or −errno, which may be `-EINTR`.
    static long once(
            MemorySegment capture, Syscall call, long a, long b, long c, long d, long e, long f) {
        if (!Platform.supported()) {
            return -ENOSYS;
        }
        long result = Libc.call(Holder.SYSCALL, capture, call.number(), a, b, c, d, e, f);
        return result == -1 ? -Libc.errno(capture) : result;
    }
}
