package dev.berth.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.foreign.MemorySegment;
import java.util.Optional;

/// Calls on any file descriptor.
///
/// **Source:** the man page (section 2) of each name.
public final class Descriptors {
    public static final int F_DUPFD = 0;
    public static final int F_GETFD = 1;
    public static final int F_SETFD = 2;
    public static final int F_GETFL = 3;
    public static final int F_SETFL = 4;
    public static final int F_DUPFD_CLOEXEC = 1030;
    public static final int FD_CLOEXEC = 1;
    public static final int F_ADD_SEALS = 1033;

    /// With [#F_ADD_SEALS]: nobody can change the file or its seals any more.
    public static final int F_SEAL_ALL = 0xf;

    public static final int O_RDONLY = 0;
    public static final int O_WRONLY = 1;
    public static final int O_RDWR = 2;
    public static final int O_CREAT = 0x40;
    public static final int O_EXCL = 0x80;
    public static final int O_APPEND = 0x400;
    public static final int O_NONBLOCK = 0x800;
    public static final int O_CLOEXEC = 0x80000;
    public static final int O_PATH = 0x200000;

    public static final int LOCK_EX = 2;
    public static final int LOCK_NB = 4;
    public static final int LOCK_UN = 8;

    public static final int EFD_NONBLOCK = O_NONBLOCK;
    public static final int EFD_CLOEXEC = O_CLOEXEC;

    /// Sets close-on-exec instead of closing. **Since:** Linux 5.11.
    public static final int CLOSE_RANGE_CLOEXEC = 4;

    /// Stands for the working directory where a call takes the descriptor of a directory.
    public static final int AT_FDCWD = -100;

    private static final int MFD_CLOEXEC = 1;
    private static final int MFD_ALLOW_SEALING = 2;
    private static final int MFD_NOEXEC_SEAL = 8;
    private static final int AT_SYMLINK_FOLLOW = 0x400;
    private static final int XATTR_BYTES = 65536;

    private Descriptors() {}

    /// Closes a descriptor. It is gone whatever the result is: never close it again.
    public static int close(int fd) {
        return (int) Kernel.callOnce(Syscall.CLOSE, fd);
    }

    /// Calls `fcntl` with a numeric argument.
    public static int fcntl(int fd, int cmd, long arg) {
        return (int) Kernel.call(Syscall.FCNTL, fd, cmd, arg);
    }

    /// Calls `ioctl` with a numeric argument.
    public static int ioctl(int fd, long request, long arg) {
        return (int) Kernel.call(Syscall.IOCTL, fd, request, arg);
    }

    /// Calls `ioctl` on a struct, which the kernel may change.
    public static int ioctl(int fd, long request, byte[] struct) {
        try (CallArena arena = new CallArena()) {
            MemorySegment memory = arena.copy(struct);
            int result = (int) arena.call(Syscall.IOCTL, fd, request, memory.address());
            CallArena.copyOut(memory, struct, 0, struct.length);
            return result;
        }
    }

    /// Creates a pipe: `ends[0]` to read, `ends[1]` to write; the caller closes both.
    public static int pipe2(int[] ends, int flags) {
        return pair(Syscall.PIPE2, ends, 0, flags);
    }

    /// Makes a call whose argument number `index` points to room for two descriptors.
    static int pair(Syscall call, int[] ends, int index, long... others) {
        try (CallArena arena = new CallArena()) {
            MemorySegment memory = arena.zeroed(2L * Integer.BYTES);
            long[] arguments = new long[others.length + 1];
            System.arraycopy(others, 0, arguments, 0, index);
            arguments[index] = memory.address();
            System.arraycopy(others, index, arguments, index + 1, others.length - index);
            long result = arena.call(call, arguments);
            if (result >= 0) {
                ends[0] = memory.getAtIndex(JAVA_INT, 0);
                ends[1] = memory.getAtIndex(JAVA_INT, 1);
            }
            return (int) result;
        }
    }

    /// Makes `newFd` another descriptor of `oldFd`'s file, closing what it was before; flags 0 or
    /// `O_CLOEXEC`.
    public static int dup3(int oldFd, int newFd, int flags) {
        return (int) Kernel.call(Syscall.DUP3, oldFd, newFd, flags);
    }

    /// Changes the owner; −1 leaves an id unchanged. On a socket, `uid` becomes the uid of its
    /// reuseport group.
    public static int fchown(int fd, int uid, int gid) {
        return (int) Kernel.call(Syscall.FCHOWN, fd, uid, gid);
    }

    /// Takes or drops a lock on the whole file; waits unless `LOCK_NB` is given.
    public static int flock(int fd, int operation) {
        return (int) Kernel.call(Syscall.FLOCK, fd, operation);
    }

    /// `O_DIRECTORY`: opens directories only. Not a constant: it differs between architectures.
    public static int directoryOnly() {
        return Arch.current() == Arch.AARCH64 ? 0x4000 : 0x10000;
    }

    /// `O_NOFOLLOW`: fails with `ELOOP` instead of following a symbolic link at the end of the
    /// path.
    public static int noFollow() {
        return Arch.current() == Arch.AARCH64 ? 0x8000 : 0x20000;
    }

    /// `O_TMPFILE`: creates a new file without a name in the directory that is opened.
    ///
    /// **Errors:** `EOPNOTSUPP` or `EISDIR` if the file system does not support it.
    public static int nameless() {
        return 0x400000 | directoryOnly();
    }

    /// Opens a file; the caller closes the descriptor. Always with `O_CLOEXEC`.
    public static int open(String path, int flags, int mode) {
        return openat(AT_FDCWD, path, flags, mode);
    }

    /// Like [#open], but for a path that begins at `directory`.
    public static int openat(int directory, String path, int flags, int mode) {
        try (CallArena arena = new CallArena()) {
            long name = arena.string(path).address();
            return (int) arena.call(Syscall.OPENAT, directory, name, flags | O_CLOEXEC, mode);
        }
    }

    /// Gives an open file the name `path`; this also works for a file opened as [#nameless].
    ///
    /// **Errors:** `EEXIST` if the name is taken.
    public static int link(int fd, String path) {
        try (CallArena arena = new CallArena()) {
            long from = arena.string("/proc/self/fd/" + fd).address();
            long to = arena.string(path).address();
            return (int)
                    arena.call(Syscall.LINKAT, AT_FDCWD, from, AT_FDCWD, to, AT_SYMLINK_FOLLOW);
        }
    }

    /// Reads the target of a symbolic link, without a terminating zero, and returns its length in
    /// bytes.
    ///
    /// @param directory where `path` begins; if the path is empty, the link itself, opened with
    ///   `O_PATH`
    public static long readlinkat(int directory, String path, byte[] b) {
        try (CallArena arena = new CallArena()) {
            long name = arena.string(path).address();
            MemorySegment memory = arena.room(b.length);
            long count =
                    arena.call(Syscall.READLINKAT, directory, name, memory.address(), b.length);
            CallArena.copyOut(memory, b, 0, (int) Math.max(0, count));
            return count;
        }
    }

    /// Creates an empty file in memory, without a path; the caller closes the descriptor. Always
    /// with `O_CLOEXEC`. Anybody who can get at the descriptor may read and write the file until it
    /// is sealed with [#F_ADD_SEALS].
    public static int memfdCreate(String name) {
        try (CallArena arena = new CallArena()) {
            long text = arena.string(name).address();
            int flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
            int fd = (int) arena.call(Syscall.MEMFD_CREATE, text, flags | MFD_NOEXEC_SEAL);
            // Unknown before Linux 6.3; later kernels require it if vm.memfd_noexec is 2.
            return Errno.EINVAL.is(fd) ? (int) arena.call(Syscall.MEMFD_CREATE, text, flags) : fd;
        }
    }

    /// Reads up to `len` bytes to `b[off]`. Returns the number of bytes, 0 at the end.
    public static long read(int fd, byte[] b, int off, int len) {
        try (CallArena arena = new CallArena()) {
            MemorySegment memory = arena.room(len);
            long count = arena.call(Syscall.READ, fd, memory.address(), len);
            CallArena.copyOut(memory, b, off, (int) Math.max(0, count));
            return count;
        }
    }

    /// Writes up to `len` bytes from `b[off]`. Returns the number of bytes.
    public static long write(int fd, byte[] b, int off, int len) {
        try (CallArena arena = new CallArena()) {
            return arena.call(Syscall.WRITE, fd, arena.copy(b, off, len).address(), len);
        }
    }

    /// Creates an event counter; the caller closes it. Reads and writes are 8 bytes each.
    public static int eventfd(int initial, int flags) {
        return (int) Kernel.call(Syscall.EVENTFD2, initial, flags);
    }

    /// Closes all descriptors from `first` to `last` (−1: no upper end), or marks them
    /// close-on-exec.
    ///
    /// **Since:** Linux 5.9.
    public static int closeRange(int first, int last, int flags) {
        long from = Integer.toUnsignedLong(first);
        long to = Integer.toUnsignedLong(last);
        return (int) Kernel.call(Syscall.CLOSE_RANGE, from, to, flags);
    }

    /// Reads an extended attribute as text, without a terminating zero byte; empty if there is none
    /// or it cannot be read. `/proc/PID/fd/N` is a valid path too.
    public static Optional<String> getxattr(String path, String name) {
        return getxattrBytes(path, name).map(Descriptors::text);
    }

    /// Reads the bytes of an extended attribute; empty if there is none or it cannot be read.
    public static Optional<byte[]> getxattrBytes(String path, String name) {
        try (CallArena arena = new CallArena()) {
            MemorySegment value = arena.zeroed(XATTR_BYTES);
            int length =
                    (int)
                            arena.call(
                                    Syscall.GETXATTR,
                                    arena.string(path).address(),
                                    arena.string(name).address(),
                                    value.address(),
                                    XATTR_BYTES);
            if (length < 0) {
                return Optional.empty();
            }
            byte[] bytes = new byte[length];
            CallArena.copyOut(value, bytes, 0, length);
            return Optional.of(bytes);
        }
    }

    private static String text(byte[] bytes) {
        int end = bytes.length;
        while (end > 0 && bytes[end - 1] == 0) {
            end--;
        }
        return new String(bytes, 0, end, UTF_8);
    }
}
