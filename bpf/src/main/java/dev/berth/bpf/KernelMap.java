package dev.berth.bpf;

import dev.berth.sys.Bpf;
import dev.berth.sys.Errno;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.UnsupportedFeatureException;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// A map in the kernel with keys 0 to `entries` − 1. Closing its descriptor frees the map unless a
/// loaded program uses it.
final class KernelMap implements AutoCloseable {

    /// The kind of map.
    enum Type {
        /// Values are bytes; all exist from the start and are 0.
        ARRAY(Bpf.MAP_TYPE_ARRAY, "Linux 3.19"),
        /// Values are sockets: written as a descriptor, read as the socket's cookie. The kernel
        /// empties a place when its socket stops listening.
        REUSEPORT_SOCKARRAY(Bpf.MAP_TYPE_REUSEPORT_SOCKARRAY, "Linux 4.19");

        private final int number;
        private final String since;

        Type(int number, String since) {
            this.number = number;
            this.since = since;
        }
    }

    private final String name;
    private final int valueBytes;
    private final Fd fd;

    private KernelMap(String name, int valueBytes, Fd fd) {
        this.name = name;
        this.valueBytes = valueBytes;
        this.fd = fd;
    }

    /// Creates a map. Values are `valueBytes` long.
    static KernelMap create(Type type, String name, int valueBytes, int entries)
            throws IOException {
        long result = Bpf.mapCreate(type.number, Integer.BYTES, valueBytes, entries, name);
        if (Errno.ENOSYS.is(result) || Errno.EINVAL.is(result)) {
            throw new UnsupportedFeatureException("bpf map type " + type, type.since);
        }
        return new KernelMap(name, valueBytes, Fd.of("bpf BPF_MAP_CREATE", name, result));
    }

    int fd() {
        return fd.number();
    }

    /// Replaces the value of a key.
    void put(int key, byte[] value) throws ErrnoException {
        check("BPF_MAP_UPDATE_ELEM", key, Bpf.mapUpdate(fd(), bytes(key), value, Bpf.ANY));
    }

    /// Replaces the 8-byte value of a key.
    void put(int key, long value) throws ErrnoException {
        put(
                key,
                ByteBuffer.allocate(Long.BYTES)
                        .order(ByteOrder.nativeOrder())
                        .putLong(value)
                        .array());
    }

    /// Replaces the 4-byte value of a key, in one step.
    void putInt(int key, int value) throws ErrnoException {
        put(key, bytes(value));
    }

    /// The 8-byte value of a key.
    long number(int key) throws ErrnoException {
        byte[] value = new byte[valueBytes];
        check("BPF_MAP_LOOKUP_ELEM", key, Bpf.mapLookup(fd(), bytes(key), value));
        return ByteBuffer.wrap(value).order(ByteOrder.nativeOrder()).getLong();
    }

    /// The 8-byte values of the keys 0 to `count` − 1, in one call if the kernel supports that.
    long[] numbers(int count) throws ErrnoException {
        long[] values = new long[count];
        if (count == 0 || Bpf.mapLookupBatch(fd(), count, values) == 0) {
            return values;
        }
        for (int key = 0; key < count; key++) {
            values[key] = number(key);
        }
        return values;
    }

    /// Empties the place of a key; it may already be empty.
    void remove(int key) throws ErrnoException {
        long result = Bpf.mapDelete(fd(), bytes(key));
        if (!Errno.ENOENT.is(result)) {
            check("BPF_MAP_DELETE_ELEM", key, result);
        }
    }

    private void check(String command, int key, long result) throws ErrnoException {
        if (result < 0) {
            ErrnoException.check("bpf " + command, name + "[" + key + "]", result);
        }
    }

    private static byte[] bytes(int number) {
        return ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.nativeOrder())
                .putInt(number)
                .array();
    }

    @Override
    public void close() {
        fd.close();
    }
}
