package dev.berth.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The accounts of this system, from wherever libc gets them (`/etc/passwd`, LDAP, systemd …).
///
/// **Source:** getpwnam_r(3), getgrouplist(3).
public final class Users {
    private static final int START_BYTES = 4096;
    private static final int MAX_BYTES = 1 << 20;
    private static final int START_GROUPS = 64;
    private static final int MAX_GROUPS = 1 << 17;

    private Users() {}

    /// Looked up when an account is first requested.
    private static final class Functions {
        static final MemorySegment BY_NAME = Libc.function("getpwnam_r");
        static final MemorySegment BY_UID = Libc.function("getpwuid_r");
        static final MemorySegment GROUPS = Libc.function("getgrouplist");
    }

    /// The account with this name; empty if there is none or it cannot be read.
    public static Optional<User> byName(String name) {
        if (!Platform.supported() || name.indexOf('\0') >= 0) {
            return Optional.empty();
        }
        try (CallArena arena = new CallArena()) {
            return find(arena, Functions.BY_NAME, arena.string(name).address());
        }
    }

    /// The account with this id; empty if there is none or it cannot be read.
    public static Optional<User> byUid(int uid) {
        if (!Platform.supported()) {
            return Optional.empty();
        }
        try (CallArena arena = new CallArena()) {
            return find(arena, Functions.BY_UID, Integer.toUnsignedLong(uid));
        }
    }

    private static Optional<User> find(CallArena arena, MemorySegment function, long key) {
        MemorySegment passwd = arena.struct(PasswdLayout.LAYOUT);
        MemorySegment result = arena.zeroed(Long.BYTES);
        int error = Errno.ERANGE.number();
        for (int bytes = START_BYTES; error == Errno.ERANGE.number() && bytes <= MAX_BYTES; ) {
            long texts = arena.zeroed(bytes).address();
            error = arena.libc(function, key, passwd.address(), texts, bytes, result.address());
            bytes *= 2;
        }
        return error != 0 || result.get(JAVA_LONG, 0) == CallArena.NULL
                ? Optional.empty()
                : Optional.of(read(arena, passwd));
    }

    private static User read(CallArena arena, MemorySegment passwd) {
        int gid = passwd.get(JAVA_INT, PasswdLayout.GID);
        return new User(
                text(passwd, PasswdLayout.NAME),
                passwd.get(JAVA_INT, PasswdLayout.UID),
                gid,
                text(passwd, PasswdLayout.DIR),
                text(passwd, PasswdLayout.SHELL),
                groups(arena, passwd.get(JAVA_LONG, PasswdLayout.NAME), gid));
    }

    @SuppressWarnings("restricted") // libc put a C string there
    private static String text(MemorySegment passwd, long offset) {
        long address = passwd.get(JAVA_LONG, offset);
        return address == CallArena.NULL
                ? ""
                : MemorySegment.ofAddress(address).reinterpret(MAX_BYTES).getString(0);
    }

    private static List<Integer> groups(CallArena arena, long name, int gid) {
        MemorySegment count = arena.zeroed(Integer.BYTES);
        int capacity = START_GROUPS;
        while (true) {
            MemorySegment groups = arena.zeroed((long) capacity * Integer.BYTES);
            count.set(JAVA_INT, 0, capacity);
            int result = arena.libc(Functions.GROUPS, name, gid, groups.address(), count.address());
            if (result >= 0) {
                return list(groups.asSlice(0, (long) result * Integer.BYTES));
            }
            if (capacity > MAX_GROUPS) {
                return List.of(gid);
            }
            capacity *= 2;
        }
    }

    private static List<Integer> list(MemorySegment groups) {
        List<Integer> list = new ArrayList<>();
        groups.elements(ValueLayout.JAVA_INT).forEach(group -> list.add(group.get(JAVA_INT, 0)));
        return list;
    }
}
