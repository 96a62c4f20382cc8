package dev.berth.worker;

/// Offsets within one block of memory that holds everything recvmsg(2) needs to receive a packet
/// with one descriptor, on 64-bit Linux.
///
///     0        56      72        92      128
///     │ msghdr │ iovec │ cmsghdr │       │ the packet's bytes …
///
/// **Source:** recvmsg(2), cmsg(3), unix(7).
final class MessageHeader {
    static final int VECTOR = 56;
    static final int CONTROL = 72;
    static final int BYTES = 128;
    static final int SIZE = BYTES + Packet.MAX_BYTES;

    /// Within the msghdr.
    static final int VECTOR_ADDRESS = 16;

    static final int VECTOR_COUNT = 24;
    static final int CONTROL_ADDRESS = 32;
    static final int CONTROL_LENGTH = 40;
    static final int FLAGS = 48;

    /// Within the iovec.
    static final int BYTES_ADDRESS = VECTOR;

    static final int BYTES_LENGTH = VECTOR + 8;

    /// Within the cmsghdr: a length of 8 bytes, level and type of 4 each, then the descriptor.
    static final int DESCRIPTOR = CONTROL + 16;

    /// Room for exactly one descriptor.
    static final int CONTROL_BYTES = 20;

    private MessageHeader() {}

    /// Decodes what came with a packet: a descriptor, [SystemCalls#NONE] or [SystemCalls#LOST].
    ///
    /// @param controlLength what the kernel stored in the msghdr
    /// @param descriptor the value at its offset, which counts only if something came
    static int descriptor(long controlLength, int flags, int descriptor) {
        if (controlLength > DESCRIPTOR - CONTROL) {
            return descriptor;
        }
        return (flags & SystemCalls.MSG_CTRUNC) != 0 ? SystemCalls.LOST : SystemCalls.NONE;
    }
}
