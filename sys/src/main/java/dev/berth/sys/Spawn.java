package dev.berth.sys;

import static dev.berth.sys.Descriptors.O_RDONLY;
import static dev.berth.sys.SpawnFunctions.ADD_CLOSE;
import static dev.berth.sys.SpawnFunctions.ADD_DUP2;
import static dev.berth.sys.SpawnFunctions.ADD_OPEN;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/// Starts programs from the calling thread.
///
/// The child inherits what the kernel keeps per thread: seccomp filters, credentials and
/// namespaces. That is why nothing here hops threads, and nothing here binds or listens.
///
/// **Source:** posix_spawn(3).
public final class Spawn {
    private static final int SETSIGDEF = 0x04;
    private static final int SETSIGMASK = 0x08;
    private static final int SETSID = 0x80;

    /// Enough for the opaque structs of any libc (glibc: 80 and 336 bytes, 128 for a signal set).
    private static final long OPAQUE_BYTES = 512;

    private static final long SIGNAL_SET_BYTES = 128;
    private static final int FIRST_FREE = 3;

    private Spawn() {}

    /// Starts a program and returns its pid, or −errno.
    ///
    /// The child has the descriptors 0, 1 and 2 of this process (0 is `/dev/null`) and the
    /// redirected ones, and no others: the gaps between the targets are closed one by one,
    /// everything above them in one step. All its signals have their default action and none is
    /// blocked, whatever this thread has blocked. Its soft limit of descriptors is the one that
    /// [DescriptorLimit] keeps for children.
    ///
    /// **Ownership:** the caller reaps the child, see [Processes#reap]. The sources stay open here.
    ///
    /// **Errors:** those of each step in the child, without saying which step: `ENOENT`, `EACCES`:
    /// file or directory (`EACCES` also if a program was not found and a folder of `PATH` is not
    /// searchable); `ENOEXEC`: neither a program nor a script with `#!`; `EBADF`: a source is not
    /// open.
    ///
    /// **Since:** Linux 5.11 without `posix_spawn_file_actions_addclosefrom_np` (musl): all
    /// descriptors of this process from 3 on are then marked close-on-exec instead.
    public static long posixSpawn(SpawnRequest request) {
        return Platform.supported()
                ? posixSpawn(request, SpawnFunctions.ADD_CLOSE_FROM)
                : -Errno.ENOSYS.number();
    }

    /// Starts a program with or without the function that closes descriptors in the child.
    static long posixSpawn(SpawnRequest request, Optional<MemorySegment> addCloseFrom) {
        List<Redirect> moved = new ArrayList<>();
        try (CallArena arena = new CallArena()) {
            int error = move(request.redirects(), moved);
            Plan plan = new Plan(request, moved, addCloseFrom);
            return error < 0 ? error : withActions(arena, plan);
        } finally {
            moved.forEach(redirect -> Descriptors.close(redirect.source()));
        }
    }

    private record Plan(
            SpawnRequest request, List<Redirect> moved, Optional<MemorySegment> addCloseFrom) {}

    /// Copies each source to a descriptor above all targets, so that no dup2 in the child
    /// overwrites a source that is still needed, or has the same source and target (which would do
    /// nothing and leave close-on-exec set).
    private static int move(List<Redirect> redirects, List<Redirect> moved) {
        int first = firstFree(redirects);
        for (Redirect redirect : redirects) {
            int source = Descriptors.fcntl(redirect.source(), Descriptors.F_DUPFD_CLOEXEC, first);
            if (source < 0) {
                return source;
            }
            moved.add(new Redirect(source, redirect.target()));
        }
        return 0;
    }

    private static int firstFree(List<Redirect> redirects) {
        int free = FIRST_FREE;
        for (Redirect redirect : redirects) {
            free = Math.max(free, redirect.target() + 1);
        }
        return free;
    }

    private static long withActions(CallArena arena, Plan plan) {
        MemorySegment actions = arena.zeroed(OPAQUE_BYTES);
        int error = arena.libc(SpawnFunctions.ACTIONS_INIT, actions.address());
        if (error != 0) {
            return -error;
        }
        try {
            error = addActions(arena, actions.address(), plan);
            return error != 0 ? -error : withAttributes(arena, plan, actions.address());
        } finally {
            arena.libc(SpawnFunctions.ACTIONS_DESTROY, actions.address());
        }
    }

    /// The steps that the child takes for its descriptors and directory, in this order. Returns 0
    /// or an errno.
    private static int addActions(CallArena arena, long actions, Plan plan) {
        int error = addRedirects(arena, actions, plan.moved);
        if (error == 0) {
            error = addCloseFrom(arena, actions, plan);
        }
        if (error == 0) {
            long directory = arena.string(plan.request.directory().toString()).address();
            error = arena.libc(SpawnFunctions.ADD_CHDIR, actions, directory);
        }
        return error;
    }

    /// Opens the targets, and `/dev/null` as 0 unless 0 is a target, and closes the gaps between
    /// them.
    private static int addRedirects(CallArena arena, long actions, List<Redirect> moved) {
        BitSet targets = new BitSet();
        int error = 0;
        for (Redirect redirect : moved) {
            int target = redirect.target();
            targets.set(target);
            error = first(error, arena.libc(ADD_DUP2, actions, redirect.source(), target));
        }
        if (!targets.get(0)) {
            long name = arena.string("/dev/null").address();
            error = first(error, arena.libc(ADD_OPEN, actions, 0, name, O_RDONLY, 0));
        }
        for (int fd = FIRST_FREE; fd < firstFree(moved); fd++) {
            if (!targets.get(fd)) {
                error = first(error, arena.libc(ADD_CLOSE, actions, fd));
            }
        }
        return error;
    }

    private static int first(int error, int next) {
        return error != 0 ? error : next;
    }

    /// Closes everything above the targets, in the child or by exec. Returns 0 or an errno.
    private static int addCloseFrom(CallArena arena, long actions, Plan plan) {
        return plan.addCloseFrom.isPresent()
                ? arena.libc(plan.addCloseFrom.get(), actions, firstFree(plan.moved))
                : -Descriptors.closeRange(FIRST_FREE, -1, Descriptors.CLOSE_RANGE_CLOEXEC);
    }

    private static long withAttributes(CallArena arena, Plan plan, long actions) {
        MemorySegment attributes = arena.zeroed(OPAQUE_BYTES);
        int error = arena.libc(SpawnFunctions.ATTRIBUTES_INIT, attributes.address());
        if (error != 0) {
            return -error;
        }
        try {
            setAttributes(arena, attributes.address(), plan.request.newSession());
            return spawn(arena, plan.request, actions, attributes.address());
        } finally {
            arena.libc(SpawnFunctions.ATTRIBUTES_DESTROY, attributes.address());
        }
    }

    /// Resets every signal to its default action and blocks none. That includes the two signals
    /// that glibc reserves for itself, which it would otherwise leave ignored, and SIGQUIT, which
    /// HotSpot blocks in every thread.
    private static void setAttributes(CallArena arena, long attributes, boolean newSession) {
        MemorySegment none = arena.zeroed(SIGNAL_SET_BYTES);
        MemorySegment all = arena.zeroed(SIGNAL_SET_BYTES).fill((byte) 0xff);
        int flags = SETSIGDEF | SETSIGMASK | (newSession ? SETSID : 0);
        arena.libc(SpawnFunctions.SET_SIGNAL_DEFAULT, attributes, all.address());
        arena.libc(SpawnFunctions.SET_SIGNAL_MASK, attributes, none.address());
        arena.libc(SpawnFunctions.SET_FLAGS, attributes, flags);
    }

    private static long spawn(
            CallArena arena, SpawnRequest request, long actions, long attributes) {
        MemorySegment pid = arena.zeroed(Integer.BYTES);
        long file = arena.string(request.file()).address();
        long arguments = arena.strings(request.arguments()).address();
        long environment = arena.strings(request.environment()).address();
        long error =
                DescriptorLimit.spawn(
                        () ->
                                arena.libc(
                                        SpawnFunctions.SPAWN,
                                        pid.address(),
                                        file,
                                        actions,
                                        attributes,
                                        arguments,
                                        environment));
        return error != 0 ? -error : pid.get(JAVA_INT, 0);
    }
}
