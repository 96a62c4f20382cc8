package dev.berth.sys;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// The machine code of a signal handler that writes the signal's number, one byte, to a descriptor.
///
/// It makes that one system call and nothing else, so it may run at any moment in any thread, and
/// it leaves `errno` alone. A full pipe loses the byte, and so merges signals in quick succession.
///
/// **Source:** signal-safety(7); System V ABI for x86-64 and Procedure Call Standard for aarch64:
/// the number is in the first argument's register, the stack grows downwards.
final class SignalCode {
    private SignalCode() {}

    /// The code for a descriptor, whose number is part of it.
    static byte[] writingTo(Arch arch, int descriptor) {
        return switch (arch) {
            case X86_64 -> x86(descriptor);
            case AARCH64 -> aarch64(descriptor);
        };
    }

    private static byte[] x86(int descriptor) {
        return buffer(27)
                .putInt(0xfa1e0ff3) // endbr64
                .put((byte) 0x57) // push %rdi
                .put((byte) 0xbf) // mov $descriptor, %edi
                .putInt(descriptor)
                .put(new byte[] {0x48, (byte) 0x89, (byte) 0xe6}) // mov %rsp, %rsi
                .put((byte) 0xba) // mov $1, %edx
                .putInt(1)
                .put((byte) 0xb8) // mov $write, %eax
                .putInt(Syscall.WRITE.number(Arch.X86_64))
                .putShort((short) 0x050f) // syscall
                .put((byte) 0x5f) // pop %rdi
                .put((byte) 0xc3) // ret
                .array();
    }

    private static byte[] aarch64(int descriptor) {
        int low = descriptor & 0xffff;
        int high = descriptor >>> 16;
        return buffer(44)
                .putInt(0xd503245f) // bti c
                .putInt(0xd10043ff) // sub sp, sp, #16
                .putInt(0x390003e0) // strb w0, [sp]
                .putInt(0x910003e1) // mov x1, sp
                .putInt(0x52800000 | low << 5) // mov w0, #low
                .putInt(0x72a00000 | high << 5) // movk w0, #high, lsl #16
                .putInt(0x52800022) // mov w2, #1
                .putInt(0x52800008 | Syscall.WRITE.number(Arch.AARCH64) << 5) // mov w8, #write
                .putInt(0xd4000001) // svc #0
                .putInt(0x910043ff) // add sp, sp, #16
                .putInt(0xd65f03c0) // ret
                .array();
    }

    private static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
