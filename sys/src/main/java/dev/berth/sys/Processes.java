package dev.berth.sys;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Optional;
import java.util.stream.IntStream;

/// Calls on processes and on the calling thread.
///
/// `setresuid`, `setresgid`, `setgroups`, `unshare` and `setns` change **the calling thread only**
/// (libc's functions with these names change all threads). Such a thread must not be given back to
/// a pool.
///
/// **Source:** the man page (section 2) of each name.
public final class Processes {
    private static final int KEYCTL_JOIN_SESSION_KEYRING = 1;

    public static final int PR_SET_PDEATHSIG = 1;
    public static final int PR_GET_DUMPABLE = 3;
    public static final int PR_SET_DUMPABLE = 4;
    public static final int PR_SET_CHILD_SUBREAPER = 36;
    public static final int PR_SET_NO_NEW_PRIVS = 38;
    public static final int PR_GET_NO_NEW_PRIVS = 39;

    public static final int CLONE_FILES = 0x400;
    public static final int CLONE_NEWNS = 0x20000;
    public static final int CLONE_NEWNET = 0x40000000;

    private static final int P_ALL = 0;
    private static final int P_PID = 1;
    private static final int WNOHANG = 1;
    private static final int WSTOPPED = 2;
    private static final int WNOWAIT = 0x1000000;

    /// More CPUs than any kernel is built for (NR_CPUS).
    private static final int MOST_CPUS = 8192;

    private Processes() {}

    /// Sends a signal to a process, or to the group `-pid`.
    public static int kill(int pid, int signal) {
        return (int) Kernel.call(Syscall.KILL, pid, signal);
    }

    /// Reaps the child if it has ended, and returns how; it is gone from the process table
    /// afterwards.
    ///
    /// **Errors:** `ECHILD`: not a child of this process, or already reaped.
    public static Optional<ExitStatus> reap(int pid) throws ErrnoException {
        try (CallArena arena = new CallArena()) {
            MemorySegment status = arena.zeroed(Integer.BYTES);
            long result = arena.call(Syscall.WAIT4, pid, status.address(), WNOHANG, CallArena.NULL);
            ErrnoException.check("wait4", "pid " + pid, result);
            return result == 0
                    ? Optional.empty()
                    : Optional.of(ExitStatus.decode(status.get(JAVA_INT, 0)));
        }
    }

    /// Whether any child is stopped by a signal: one call for all of them.
    public static boolean anyStopped() {
        return stopped(P_ALL, 0, WNOHANG) > 0;
    }

    /// Whether the child is stopped by a signal (SIGSTOP or a terminal; a debugger's stop does not
    /// count).
    public static boolean stopped(int pid) {
        return stopped(P_PID, pid, WNOHANG) == pid;
    }

    /// Waits until a child is stopped by a signal and returns its pid; returns at once if one
    /// already is.
    ///
    /// **Errors:** `ECHILD`: there is no child, or none is left.
    public static int awaitStopped() {
        return stopped(P_ALL, 0, 0);
    }

    private static int stopped(int kind, int id, int wait) {
        try (CallArena arena = new CallArena()) {
            MemorySegment info = arena.struct(SiginfoLayout.LAYOUT);
            int options = WSTOPPED | WNOWAIT | wait;
            long result = arena.call(Syscall.WAITID, kind, id, info.address(), options);
            return result < 0 ? (int) result : info.get(JAVA_INT, SiginfoLayout.PID);
        }
    }

    public static int prctl(int operation, long a, long b, long c, long d) {
        return (int) Kernel.call(Syscall.PRCTL, operation, a, b, c, d);
    }

    /// Whether other processes of the same user may inspect this process. A thread that changes its
    /// credentials makes the **whole process** undumpable: call [#setDumpable] afterwards.
    public static boolean dumpable() {
        return prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 1;
    }

    /// Sets whether other processes of the same user may inspect this process, for all its threads.
    public static int setDumpable(boolean dumpable) {
        return prctl(PR_SET_DUMPABLE, dumpable ? 1 : 0, 0, 0, 0);
    }

    /// Forbids the calling thread and everything that it starts to gain privileges, for ever:
    /// setuid programs run as their caller. An unprivileged thread must call this before using
    /// [Seccomp].
    public static int noNewPrivileges() {
        return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    }

    public static int getuid() {
        return (int) Kernel.call(Syscall.GETUID);
    }

    public static int geteuid() {
        return (int) Kernel.call(Syscall.GETEUID);
    }

    public static int getgid() {
        return (int) Kernel.call(Syscall.GETGID);
    }

    public static int getegid() {
        return (int) Kernel.call(Syscall.GETEGID);
    }

    /// The id of the calling thread; kernel interfaces call it a pid where they mean a thread.
    public static int gettid() {
        return (int) Kernel.call(Syscall.GETTID);
    }

    /// Changes the user ids of the calling thread; −1 leaves an id unchanged.
    public static int setresuid(int real, int effective, int saved) {
        return (int) Kernel.call(Syscall.SETRESUID, real, effective, saved);
    }

    /// Changes the group ids of the calling thread; −1 leaves an id unchanged.
    public static int setresgid(int real, int effective, int saved) {
        return (int) Kernel.call(Syscall.SETRESGID, real, effective, saved);
    }

    /// Changes the supplementary groups of the calling thread.
    public static int setgroups(int[] groups) {
        try (CallArena arena = new CallArena()) {
            long memory = arena.copy(groups).address();
            return (int) arena.call(Syscall.SETGROUPS, groups.length, memory);
        }
    }

    /// Keeps the calling thread on one CPU. `EINVAL`: it is not permitted to run on that CPU.
    public static int pinTo(int cpu) {
        return setAffinity(0, new int[] {cpu});
    }

    /// Keeps a thread (0: the calling one) on these CPUs; what it starts from now on inherits this.
    /// `EINVAL`: it is not permitted to run on any of them; `EPERM`: another user's; `ESRCH`: it
    /// has ended.
    public static int setAffinity(int tid, int[] cpus) {
        BitSet set = new BitSet();
        Arrays.stream(cpus).forEach(set::set);
        int[] mask = new int[2 * (set.length() / Long.SIZE + 1)];
        set.stream().forEach(cpu -> mask[cpu / Integer.SIZE] |= 1 << (cpu % Integer.SIZE));
        try (CallArena arena = new CallArena()) {
            long memory = arena.copy(mask).address();
            int length = mask.length * Integer.BYTES;
            return (int) arena.call(Syscall.SCHED_SETAFFINITY, tid, length, memory);
        }
    }

    /// The CPUs that a thread (0: the calling one) may run on, in ascending order.
    public static int[] affinity(int tid) throws ErrnoException {
        try (CallArena arena = new CallArena()) {
            MemorySegment mask = arena.zeroed(MOST_CPUS / Byte.SIZE);
            long result =
                    arena.call(Syscall.SCHED_GETAFFINITY, tid, mask.byteSize(), mask.address());
            ErrnoException.check("sched_getaffinity", "thread " + tid, result);
            return IntStream.range(0, MOST_CPUS)
                    .filter(cpu -> (mask.get(JAVA_BYTE, cpu / 8) >> cpu % 8 & 1) != 0)
                    .toArray();
        }
    }

    /// The CPU that the calling thread runs on.
    public static int cpu() {
        try (CallArena arena = new CallArena()) {
            MemorySegment cpu = arena.zeroed(Integer.BYTES);
            arena.call(Syscall.GETCPU, cpu.address(), 0, 0);
            return cpu.get(JAVA_INT, 0);
        }
    }

    /// Gives the calling thread, and everything that it starts from now on, a new and empty session
    /// keyring.
    ///
    /// @return a serial number, or `-ENOSYS` (a kernel without keys), `-EPERM` (Docker's profile
    ///   forbids the call), `-EDQUOT`
    public static int joinSessionKeyring() {
        return (int) Kernel.call(Syscall.KEYCTL, KEYCTL_JOIN_SESSION_KEYRING, 0);
    }

    /// Gives the calling thread its own copy of the resources named by `flags` (`CLONE_…`).
    public static int unshare(int flags) {
        return (int) Kernel.call(Syscall.UNSHARE, flags);
    }

    /// Moves the calling thread into a namespace, given by its file or by a pidfd.
    public static int setns(int fd, int type) {
        return (int) Kernel.call(Syscall.SETNS, fd, type);
    }

    /// Reads `length` bytes of a process's memory without stopping it.
    ///
    /// **Errors:** `EFAULT`: not all of it is mapped; `ESRCH`: the thread is gone; `EPERM`: needs
    /// the right to trace the thread. If a seccomp profile forbids process_vm_readv(2), the memory
    /// is read through `/proc` instead.
    public static byte[] readMemory(int tid, long address, int length) throws ErrnoException {
        return RemoteMemory.read(tid, address, length);
    }
}
