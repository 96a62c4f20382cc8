package dev.berth.sys;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/// The one downcall handle through which every function of libc is called.
///
/// Creating a handle costs tens of milliseconds, calling it a hundred nanoseconds; so there is one
/// for all: seven integers in, one out. A function that takes fewer ignores the rest, and one that
/// takes or returns an `int` uses the low half: on x86-64 and aarch64 alike, integer arguments are
/// in registers (the seventh is on the caller's stack) and the caller cleans up. Floating point and
/// structs by value would need another handle; nothing here uses them.
///
/// The linker is not told that syscall(2) is variadic, since integers go to the same places either
/// way. (The register in which x86-64 counts the floating-point arguments of variadic calls only
/// saves the callee from storing them.) If it were told, it would bind that count using classes
/// that are in no start-up cache: 10 ms.
final class Libc {
    /// Where the linker writes `errno`.
    static final StructLayout CAPTURE = Linker.Option.captureStateLayout();

    private static final MethodHandle CALL = handle();

    private Libc() {}

    @SuppressWarnings("restricted") // the only module with native access
    private static MethodHandle handle() {
        FunctionDescriptor sevenIntegers =
                FunctionDescriptor.of(
                        JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG,
                        JAVA_LONG);
        return Linker.nativeLinker()
                .downcallHandle(sevenIntegers, Linker.Option.captureCallState("errno"));
    }

    /// The address of a function that every libc has.
    static MemorySegment function(String name) {
        return Linker.nativeLinker().defaultLookup().findOrThrow(name);
    }

    /// The address of a function that some libcs lack.
    static Optional<MemorySegment> find(String name) {
        return Linker.nativeLinker().defaultLookup().find(name);
    }

    /// Calls a function and returns its value. `capture` belongs to this call alone.
    static long call(
            MemorySegment function,
            MemorySegment capture,
            long a,
            long b,
            long c,
            long d,
            long e,
            long f,
            long g) {
        try {
            return (long) CALL.invokeExact(function, capture, a, b, c, d, e, f, g);
        } catch (Error failure) {
            throw failure;
        } catch (Throwable failure) {
            throw new AssertionError("a downcall threw", failure);
        }
    }

    /// The value of `errno` right after the call, which is all that is captured on Linux.
    static int errno(MemorySegment capture) {
        return CallArena.firstInt(capture);
    }
}
