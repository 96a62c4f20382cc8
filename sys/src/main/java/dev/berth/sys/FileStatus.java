package dev.berth.sys;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// The status of a file, read by its descriptor or its name.
///
/// **Since:** Linux 4.11.
///
/// **Source:** statx(2), `struct statx` in `linux/stat.h`.
///
/// @param device major and minor number combined, as an opaque key
/// @param inode with `device`, identifies the file
/// @param mode the type of the file and its permissions, as in inode(7)
/// @param links the number of its names; 0: it was deleted
/// @param uid the owner
public record FileStatus(long device, long inode, int mode, int links, int uid) {
    private static final int AT_SYMLINK_NOFOLLOW = 0x100;
    private static final int AT_EMPTY_PATH = 0x1000;
    private static final int STATX_BASIC_STATS = 0x7ff;
    private static final int BYTES = 256;
    private static final int TYPE = 0170000;
    private static final int REGULAR = 0100000;
    private static final int DIRECTORY = 0040000;
    private static final int LINK = 0120000;
    private static final int STICKY = 01000;

    /// The status of an open file.
    public static FileStatus of(int fd) throws ErrnoException {
        return statx(fd, "", AT_EMPTY_PATH, "fd " + fd);
    }

    /// The status of the file with this name; a symbolic link is not followed.
    ///
    /// @param directory where a relative path begins
    public static FileStatus at(int directory, String path) throws ErrnoException {
        return statx(directory, path, AT_SYMLINK_NOFOLLOW, path);
    }

    private static FileStatus statx(int directory, String path, int flags, String object)
            throws ErrnoException {
        byte[] bytes = new byte[BYTES];
        try (CallArena arena = new CallArena()) {
            MemorySegment memory = arena.zeroed(BYTES);
            long name = arena.string(path).address();
            long result =
                    arena.call(
                            Syscall.STATX,
                            directory,
                            name,
                            flags,
                            STATX_BASIC_STATS,
                            memory.address());
            ErrnoException.check("statx", object, result);
            CallArena.copyOut(memory, bytes, 0, BYTES);
        }
        ByteBuffer struct = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
        long device = (long) struct.getInt(136) << 32 | Integer.toUnsignedLong(struct.getInt(140));
        return new FileStatus(
                device,
                struct.getLong(32),
                Short.toUnsignedInt(struct.getShort(28)),
                struct.getInt(16),
                struct.getInt(20));
    }

    public boolean isRegularFile() {
        return (mode & TYPE) == REGULAR;
    }

    public boolean isDirectory() {
        return (mode & TYPE) == DIRECTORY;
    }

    public boolean isSymbolicLink() {
        return (mode & TYPE) == LINK;
    }

    /// Whether entries of this directory can only be renamed or deleted by the entry's or the
    /// directory's owner.
    public boolean isSticky() {
        return (mode & STICKY) != 0;
    }

    /// Whether everybody may write to it.
    public boolean isWritableByAll() {
        return (mode & 02) != 0;
    }

    /// Whether the group or everybody may write to it.
    public boolean isWritableByOthers() {
        return (mode & 022) != 0;
    }

    /// Whether both are the same file.
    public boolean isSameFile(FileStatus other) {
        return device == other.device && inode == other.inode;
    }
}
