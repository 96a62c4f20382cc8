package dev.berth.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;

/// A message with one descriptor, created once and sent often, each time with another descriptor.
///
/// For one thread at a time.
///
/// **Source:** unix(7), `SCM_RIGHTS`; sendmsg(2).
public final class RightsMessage {
    private final MemorySegment header;
    private final MemorySegment control;

    /// @param message at least one byte
    public RightsMessage(byte[] message) {
        // The memory lives as long as any of its allocations is in use.
        Arena memory = Arena.ofAuto();
        MemorySegment bytes =
                memory.allocate(message.length).copyFrom(MemorySegment.ofArray(message));
        control = memory.allocate(Rights.controlBytes(1), Long.BYTES);
        Rights.fill(control, 1);
        header = memory.allocate(MsghdrLayout.BYTES_WITH_IOV, Long.BYTES);
        MsghdrLayout.fill(header, bytes, control);
    }

    /// Sends the message. Returns the number of bytes sent. The sender keeps its own descriptor.
    public long send(int fd, int descriptor, int flags) {
        control.set(JAVA_INT, Rights.HEADER_BYTES, descriptor);
        try {
            return Kernel.call(Syscall.SENDMSG, fd, header.address(), flags);
        } finally {
            Reference.reachabilityFence(this);
        }
    }
}
