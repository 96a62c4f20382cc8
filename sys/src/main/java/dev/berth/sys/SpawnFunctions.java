package dev.berth.sys;

import java.lang.foreign.MemorySegment;
import java.util.Optional;

/// The functions of posix_spawn(3), looked up when the first child is started.
final class SpawnFunctions {
    static final MemorySegment ACTIONS_INIT = actions("init");
    static final MemorySegment ACTIONS_DESTROY = actions("destroy");
    static final MemorySegment ADD_OPEN = actions("addopen");
    static final MemorySegment ADD_CLOSE = actions("addclose");
    static final MemorySegment ADD_DUP2 = actions("adddup2");
    static final MemorySegment ADD_CHDIR = actions("addchdir_np");

    /// glibc ≥ 2.34 has it, musl does not.
    static final Optional<MemorySegment> ADD_CLOSE_FROM =
            Libc.find("posix_spawn_file_actions_addclosefrom_np");

    static final MemorySegment ATTRIBUTES_INIT = attributes("init");
    static final MemorySegment ATTRIBUTES_DESTROY = attributes("destroy");
    static final MemorySegment SET_FLAGS = attributes("setflags");
    static final MemorySegment SET_SIGNAL_MASK = attributes("setsigmask");
    static final MemorySegment SET_SIGNAL_DEFAULT = attributes("setsigdefault");

    static final MemorySegment SPAWN = Libc.function("posix_spawnp");

    private SpawnFunctions() {}

    private static MemorySegment actions(String name) {
        return Libc.function("posix_spawn_file_actions_" + name);
    }

    private static MemorySegment attributes(String name) {
        return Libc.function("posix_spawnattr_" + name);
    }
}
