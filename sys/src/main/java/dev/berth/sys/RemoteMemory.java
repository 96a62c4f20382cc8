package dev.berth.sys;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;

/// The memory of other processes.
///
///     struct iovec    0            8            16
///                     | iov_base   | iov_len    |
///
/// **Source:** process_vm_readv(2), proc_pid_mem(5).
final class RemoteMemory {
    static final StructLayout IOVEC =
            Layouts.struct(
                    "iovec", 16, JAVA_LONG.withName("iov_base"), JAVA_LONG.withName("iov_len"));

    private static final long BASE = Layouts.offset(IOVEC, "iov_base");
    private static final long LENGTH = Layouts.offset(IOVEC, "iov_len");

    private RemoteMemory() {}

    static byte[] read(int tid, long address, int length) throws ErrnoException {
        try (CallArena arena = new CallArena()) {
            MemorySegment local = arena.zeroed(length);
            long count = vmRead(arena, tid, address, local);
            if (Errno.EPERM.is(count) || Errno.ENOSYS.is(count)) {
                count = fileRead(arena, tid, address, local);
            }
            String object = length + " bytes of " + tid + " at 0x" + Long.toHexString(address);
            ErrnoException.check("process_vm_readv", object, count);
            if (count < length) {
                throw new ErrnoException("process_vm_readv", object, Errno.EFAULT.number());
            }
            byte[] bytes = new byte[length];
            CallArena.copyOut(local, bytes, 0, length);
            return bytes;
        }
    }

    private static long vmRead(CallArena arena, int tid, long address, MemorySegment local) {
        long to = iovec(arena, local.address(), local.byteSize());
        long from = iovec(arena, address, local.byteSize());
        return arena.call(Syscall.PROCESS_VM_READV, tid, to, 1, from, 1, 0);
    }

    private static long iovec(CallArena arena, long base, long length) {
        MemorySegment iovec = arena.struct(IOVEC);
        iovec.set(JAVA_LONG, BASE, base);
        iovec.set(JAVA_LONG, LENGTH, length);
        return iovec.address();
    }

    /// Reads through a file instead, which involves no call that a profile would forbid.
    static long fileRead(CallArena arena, int tid, long address, MemorySegment local) {
        int fd = Descriptors.open("/proc/" + tid + "/mem", Descriptors.O_RDONLY, 0);
        if (fd < 0) {
            return fd;
        }
        try {
            return arena.call(Syscall.PREAD64, fd, local.address(), local.byteSize(), address);
        } finally {
            Descriptors.close(fd);
        }
    }
}
