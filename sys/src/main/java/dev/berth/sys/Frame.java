package dev.berth.sys;

import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/// The native memory of one call: its arguments, its results, and the place for `errno`.
///
/// It belongs to one thread and is gone when closed. Nothing in it is shared, `errno` least of all:
/// another thread's call would overwrite it.
final class Frame implements AutoCloseable {
    /// A null pointer.
    static final long NULL = 0;

    private static final int MAX_ARGUMENTS = 6;

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment capture = arena.allocate(Libc.CAPTURE);

    /// Makes a call, again while it is interrupted: its value or −errno.
    long call(Syscall call, long... arguments) {
        long[] a = padded(arguments);
        return Kernel.retry(capture, call, a[0], a[1], a[2], a[3], a[4], a[5]);
    }

    /// Makes a call exactly once: its value or −errno.
    long once(Syscall call, long... arguments) {
        long[] a = padded(arguments);
        return Kernel.once(capture, call, a[0], a[1], a[2], a[3], a[4], a[5]);
    }

    /// Calls a function of libc that returns an `int`: what it returned.
    int libc(MemorySegment function, long... arguments) {
        long[] a = padded(arguments);
        return (int) Libc.call(function, capture, a[0], a[1], a[2], a[3], a[4], a[5], 0);
    }

    private static long[] padded(long[] arguments) {
        return arguments.length == MAX_ARGUMENTS
                ? arguments
                : Arrays.copyOf(arguments, MAX_ARGUMENTS);
    }

    /// Zeroed memory, aligned for anything.
    MemorySegment zeroed(long bytes) {
        return arena.allocate(bytes, Long.BYTES);
    }

    /// Zeroed memory for one such struct.
    MemorySegment struct(MemoryLayout layout) {
        return arena.allocate(layout.byteSize(), Long.BYTES);
    }

    /// A copy of a part of an array.
    MemorySegment copy(byte[] from, int offset, int length) {
        MemorySegment to = zeroed(length);
        buffer(to).put(from, offset, length);
        return to;
    }

    /// A copy of an array.
    MemorySegment copy(byte[] from) {
        return copy(from, 0, from.length);
    }

    /// A copy of an array, each element in the machine's byte order.
    MemorySegment copy(int[] from) {
        MemorySegment to = zeroed((long) from.length * Integer.BYTES);
        buffer(to).asIntBuffer().put(from);
        return to;
    }

    /// A copy of an array, each element in the machine's byte order.
    MemorySegment copy(long[] from) {
        MemorySegment to = zeroed((long) from.length * Long.BYTES);
        buffer(to).asLongBuffer().put(from);
        return to;
    }

    /// A C string: UTF-8 with a zero byte at its end.
    MemorySegment string(String text) {
        return arena.allocateFrom(text);
    }

    /// A C array of C strings with a null pointer at its end: `argv`, `envp`.
    MemorySegment strings(List<String> texts) {
        long[] addresses = new long[texts.size() + 1];
        for (int i = 0; i < texts.size(); i++) {
            addresses[i] = string(texts.get(i)).address();
        }
        return copy(addresses);
    }

    /// Copies native memory out, as much as `to` has room for after `offset`.
    static void copyOut(MemorySegment from, byte[] to, int offset, int length) {
        buffer(from).get(to, offset, length);
    }

    /// The `int` with which the memory begins, such as a length that a call wrote.
    static int firstInt(MemorySegment from) {
        return buffer(from).getInt();
    }

    /// A segment's own accessors make a method handle when first used, out of classes that no
    /// start-up cache holds: 8 ms, which every command would spend. A buffer needs none.
    private static ByteBuffer buffer(MemorySegment memory) {
        return memory.asByteBuffer().order(ByteOrder.nativeOrder());
    }

    @Override
    public void close() {
        arena.close();
    }
}
