package dev.berth.sys;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/// The native memory of one call: its arguments and its results.
///
/// The memory belongs to the calling thread and lies on top of that of its frames that are still
/// open, so only the last frame can take more. It is gone when the frame is closed. What does not
/// fit into the thread's [ThreadArena] is allocated.
final class CallArena implements AutoCloseable {
    /// A null pointer.
    static final long NULL = 0;

    private final ThreadArena scratch = ThreadArena.mine();
    private final long base = scratch.top;
    private @Nullable Arena more;

    /// Makes a call, repeating it while it is interrupted. Returns its value or −errno.
    long call(Syscall call, long... arguments) {
        long[] a = Kernel.padded(arguments);
        return Kernel.retry(scratch.capture, call, a[0], a[1], a[2], a[3], a[4], a[5]);
    }

    /// Calls a function of libc that returns an `int`, and returns that value.
    int libc(MemorySegment function, long... arguments) {
        long[] a = Kernel.padded(arguments);
        return (int) Libc.call(function, scratch.capture, a[0], a[1], a[2], a[3], a[4], a[5], 0);
    }

    /// Zeroed memory, aligned for anything.
    MemorySegment zeroed(long bytes) {
        return room(bytes).fill((byte) 0);
    }

    /// Memory with undefined content, aligned for anything.
    MemorySegment room(long bytes) {
        long from = scratch.top;
        long to = from + ((bytes + Long.BYTES - 1) & -Long.BYTES);
        if (to > scratch.stack.byteSize()) {
            return more().allocate(bytes, Long.BYTES);
        }
        scratch.top = to;
        return scratch.stack.asSlice(from, bytes);
    }

    @SuppressWarnings("MustBeClosed") // with the frame
    private Arena more() {
        if (more == null) {
            more = Arena.ofConfined();
        }
        return more;
    }

    /// Zeroed memory for one such struct.
    MemorySegment struct(MemoryLayout layout) {
        return zeroed(layout.byteSize());
    }

    /// A copy of a part of an array.
    MemorySegment copy(byte[] from, int offset, int length) {
        MemorySegment to = room(length);
        buffer(to).put(from, offset, length);
        return to;
    }

    /// A copy of an array.
    MemorySegment copy(byte[] from) {
        return copy(from, 0, from.length);
    }

    /// A copy of an array, each element in the machine's byte order.
    MemorySegment copy(int[] from) {
        MemorySegment to = room((long) from.length * Integer.BYTES);
        buffer(to).asIntBuffer().put(from);
        return to;
    }

    /// A copy of an array, each element in the machine's byte order.
    MemorySegment copy(long[] from) {
        MemorySegment to = room((long) from.length * Long.BYTES);
        buffer(to).asLongBuffer().put(from);
        return to;
    }

    /// A C string: UTF-8 with a zero byte at its end.
    MemorySegment string(String text) {
        byte[] bytes = text.getBytes(UTF_8);
        return copy(Arrays.copyOf(bytes, bytes.length + 1));
    }

    /// A C array of C strings, terminated by a null pointer: `argv`, `envp`.
    MemorySegment strings(List<String> texts) {
        long[] addresses = new long[texts.size() + 1];
        for (int i = 0; i < texts.size(); i++) {
            addresses[i] = string(texts.get(i)).address();
        }
        return copy(addresses);
    }

    /// Copies native memory out, as much as fits into `to` after `offset`.
    static void copyOut(MemorySegment from, byte[] to, int offset, int length) {
        buffer(from).get(to, offset, length);
    }

    /// The `int` at the start of the memory, such as a length that a call wrote.
    static int firstInt(MemorySegment from) {
        return buffer(from).getInt();
    }

    /// A segment's own accessors create a method handle when first used, from classes that are in
    /// no start-up cache. That would cost every command 8 ms; a buffer needs no handle.
    private static ByteBuffer buffer(MemorySegment memory) {
        return memory.asByteBuffer().order(ByteOrder.nativeOrder());
    }

    @Override
    public void close() {
        scratch.top = base;
        if (more != null) {
            more.close();
        }
    }
}
