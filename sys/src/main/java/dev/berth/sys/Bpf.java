package dev.berth.sys;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.foreign.MemorySegment;

/// BPF maps and programs.
///
/// Keys and values are in the machine's byte order and as long as the map says: the kernel takes
/// their size from the map.
///
/// **Errors:** `EPERM`: needs `CAP_BPF` (`CAP_SYS_ADMIN` before Linux 5.8) and, before 5.11, enough
/// locked memory.
///
/// **Source:** bpf(2).
public final class Bpf {
    public static final int MAP_TYPE_HASH = 1;
    public static final int MAP_TYPE_ARRAY = 2;
    public static final int MAP_TYPE_REUSEPORT_SOCKARRAY = 20;
    public static final int PROG_TYPE_SK_REUSEPORT = 21;
    public static final int SK_REUSEPORT_SELECT = 39;
    public static final int SK_REUSEPORT_SELECT_OR_MIGRATE = 40;

    /// Flag of [#mapUpdate]: create or replace.
    public static final long ANY = 0;

    private static final int MAP_CREATE = 0;
    private static final int MAP_LOOKUP_ELEM = 1;
    private static final int MAP_UPDATE_ELEM = 2;
    private static final int MAP_DELETE_ELEM = 3;
    private static final int PROG_LOAD = 5;
    private static final int PROG_QUERY = 16;
    private static final int MAP_LOOKUP_BATCH = 24;

    private static final int LOG_BYTES = 1 << 20;

    /// The verifier gives up with EAGAIN when a signal is pending, which can happen at any time.
    private static final int LOAD_ATTEMPTS = 5;

    private Bpf() {}

    /// Creates a map and returns its descriptor, which is close-on-exec and which the caller
    /// closes.
    ///
    /// @param name for tools; up to 15 letters, digits, `_` and `.`
    public static int mapCreate(
            int type, int keyBytes, int valueBytes, int maxEntries, String name) {
        try (CallArena arena = new CallArena()) {
            MemorySegment attr = arena.struct(BpfAttrLayouts.MAP);
            attr.set(JAVA_INT, BpfAttrLayouts.MAP_TYPE, type);
            attr.set(JAVA_INT, BpfAttrLayouts.KEY_SIZE, keyBytes);
            attr.set(JAVA_INT, BpfAttrLayouts.VALUE_SIZE, valueBytes);
            attr.set(JAVA_INT, BpfAttrLayouts.MAX_ENTRIES, maxEntries);
            setName(attr, BpfAttrLayouts.MAP_NAME, name);
            return bpf(arena, MAP_CREATE, attr);
        }
    }

    /// Sets an element. In a socket array the value is the descriptor of a socket.
    public static int mapUpdate(int fd, byte[] key, byte[] value, long flags) {
        try (CallArena arena = new CallArena()) {
            MemorySegment attr = element(arena, fd, key);
            attr.set(JAVA_LONG, BpfAttrLayouts.VALUE, arena.copy(value).address());
            attr.set(JAVA_LONG, BpfAttrLayouts.ELEMENT_FLAGS, flags);
            return bpf(arena, MAP_UPDATE_ELEM, attr);
        }
    }

    /// Reads an element into `valueOut`; `ENOENT`: absent. In a socket array the value is a cookie.
    public static int mapLookup(int fd, byte[] key, byte[] valueOut) {
        try (CallArena arena = new CallArena()) {
            MemorySegment attr = element(arena, fd, key);
            MemorySegment value = arena.copy(valueOut);
            attr.set(JAVA_LONG, BpfAttrLayouts.VALUE, value.address());
            int result = bpf(arena, MAP_LOOKUP_ELEM, attr);
            CallArena.copyOut(value, valueOut, 0, valueOut.length);
            return result;
        }
    }

    /// Reads the elements 0 to `count` − 1 of an array of numbers into `valuesOut`.
    ///
    /// **Errors:** `EINVAL`: the kernel can only read one element at a time.
    ///
    /// **Since:** Linux 5.6.
    public static int mapLookupBatch(int fd, int count, long[] valuesOut) {
        try (CallArena arena = new CallArena()) {
            MemorySegment attr = arena.struct(BpfAttrLayouts.BATCH);
            MemorySegment values = arena.zeroed((long) count * Long.BYTES);
            attr.set(JAVA_LONG, BpfAttrLayouts.BATCH_NEXT, arena.zeroed(Long.BYTES).address());
            attr.set(JAVA_LONG, BpfAttrLayouts.BATCH_KEYS, arena.room(values.byteSize()).address());
            attr.set(JAVA_LONG, BpfAttrLayouts.BATCH_VALUES, values.address());
            attr.set(JAVA_INT, BpfAttrLayouts.BATCH_COUNT, count);
            attr.set(JAVA_INT, BpfAttrLayouts.BATCH_MAP_FD, fd);
            int result = bpf(arena, MAP_LOOKUP_BATCH, attr);
            MemorySegment.copy(values, JAVA_LONG, 0, valuesOut, 0, count);
            return result;
        }
    }

    /// Returns the number of programs attached at one hook.
    ///
    /// **Errors:** `EPERM` without CAP_NET_ADMIN; `EINVAL` for a hook that this kernel lacks.
    ///
    /// @param target a descriptor (of a cgroup or a network namespace) or the index of an
    ///   interface, depending on the hook
    /// @param hook a number of `enum bpf_attach_type`
    public static int progQuery(int target, int hook) {
        try (CallArena arena = new CallArena()) {
            MemorySegment attr = arena.struct(BpfAttrLayouts.QUERY);
            attr.set(JAVA_INT, BpfAttrLayouts.QUERY_TARGET, target);
            attr.set(JAVA_INT, BpfAttrLayouts.QUERY_HOOK, hook);
            int result = bpf(arena, PROG_QUERY, attr);
            return result < 0 ? result : attr.get(JAVA_INT, BpfAttrLayouts.QUERY_COUNT);
        }
    }

    /// Removes an element; `ENOENT`: absent.
    public static int mapDelete(int fd, byte[] key) {
        try (CallArena arena = new CallArena()) {
            return bpf(arena, MAP_DELETE_ELEM, element(arena, fd, key));
        }
    }

    private static MemorySegment element(CallArena arena, int fd, byte[] key) {
        MemorySegment attr = arena.struct(BpfAttrLayouts.ELEMENT);
        attr.set(JAVA_INT, BpfAttrLayouts.MAP_FD, fd);
        attr.set(JAVA_LONG, BpfAttrLayouts.KEY, arena.copy(key).address());
        return attr;
    }

    /// Loads a program. If the verifier refuses it, loads it a second time to get the reason.
    ///
    /// @param instructions one `long` each, as the kernel lays them out on a little-endian machine
    public static ProgramLoad progLoad(
            int type, long[] instructions, String license, int expectedAttach, String name) {
        try (CallArena arena = new CallArena()) {
            MemorySegment attr = arena.struct(BpfAttrLayouts.PROGRAM);
            attr.set(JAVA_INT, BpfAttrLayouts.PROGRAM_TYPE, type);
            attr.set(JAVA_INT, BpfAttrLayouts.COUNT, instructions.length);
            attr.set(JAVA_LONG, BpfAttrLayouts.INSTRUCTIONS, arena.copy(instructions).address());
            attr.set(JAVA_LONG, BpfAttrLayouts.LICENSE, arena.string(license).address());
            attr.set(JAVA_INT, BpfAttrLayouts.ATTACH_TYPE, expectedAttach);
            setName(attr, BpfAttrLayouts.PROGRAM_NAME, name);
            int result = load(arena, attr);
            boolean refused = result < 0 && !Errno.EPERM.is(result) && !Errno.ENOSYS.is(result);
            return refused ? loadWithLog(arena, attr) : new ProgramLoad(result, "");
        }
    }

    private static ProgramLoad loadWithLog(CallArena arena, MemorySegment attr) {
        MemorySegment log = arena.zeroed(LOG_BYTES);
        attr.set(JAVA_INT, BpfAttrLayouts.LOG_LEVEL, 1);
        attr.set(JAVA_INT, BpfAttrLayouts.LOG_SIZE, LOG_BYTES);
        attr.set(JAVA_LONG, BpfAttrLayouts.LOG, log.address());
        int result = load(arena, attr);
        return new ProgramLoad(result, log.getString(0, UTF_8).strip());
    }

    private static int load(CallArena arena, MemorySegment attr) {
        int result = bpf(arena, PROG_LOAD, attr);
        for (int i = 1; i < LOAD_ATTEMPTS && Errno.EAGAIN.is(result); i++) {
            result = bpf(arena, PROG_LOAD, attr);
        }
        return result;
    }

    private static int bpf(CallArena arena, int command, MemorySegment attr) {
        return (int) arena.call(Syscall.BPF, command, attr.address(), attr.byteSize());
    }

    private static void setName(MemorySegment attr, long offset, String name) {
        byte[] bytes = name.getBytes(US_ASCII);
        if (bytes.length >= BpfAttrLayouts.NAME_BYTES) {
            throw new IllegalArgumentException(
                    "name of a BPF object can have at most 15 characters: " + name);
        }
        MemorySegment.copy(bytes, 0, attr, JAVA_BYTE, offset, bytes.length);
    }
}
