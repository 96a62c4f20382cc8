package dev.berth.worker;

/// Where things are in one block of memory that holds all that recvmsg(2) needs for a packet with
/// one descriptor, on 64-bit Linux.
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

    /// In the msghdr.
    static final int VECTOR_ADDRESS = 16;

    static final int VECTOR_COUNT = 24;
    static final int CONTROL_ADDRESS = 32;
    static final int CONTROL_LENGTH = 40;
    static final int FLAGS = 48;

    /// In the iovec.
    static final int BYTES_ADDRESS = VECTOR;

    static final int BYTES_LENGTH = VECTOR + 8;

    /// In the cmsghdr: a length of 8 bytes, level and type of 4, then the descriptor.
    static final int DESCRIPTOR = CONTROL + 16;

    /// Room for one descriptor and no second one.
    static final int CONTROL_BYTES = 20;

    private MessageHeader() {}

    /// What came with a packet.
    ///
    /// - `controlLength`: what the kernel left in the msghdr
    /// - `descriptor`: what is in its place, if anything came
    static int descriptor(long controlLength, int flags, int descriptor) {
        if (controlLength > DESCRIPTOR - CONTROL) {
            return descriptor;
        }
        return (flags & Libc.MSG_CTRUNC) != 0 ? Libc.LOST : Libc.NONE;
    }
}
