package dev.berth.supervise.adoption;

import dev.berth.net.Protocol;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.SockAddr;

import java.util.Optional;
import java.util.OptionalLong;

/// What a bind(2) of a worker asks for. To find it out means to read the worker's memory and
/// descriptors, which can take for ever where the worker wants it so (memory that userfaultfd(2) or
/// FUSE never fills): a task for a thread beside the owner's.
///
/// **Ownership:** of what is in `socket`; [#close] gives it back.
///
/// @param address read once from the memory of the worker
/// @param socket empty if Berth has no business with it: not TCP or UDP, or of another network
///   namespace; or port 0, which is never shared
/// @param inode of the socket, if it is one that may be looked at
/// @param tolerant whether the program itself lets others bind beside it
record Examination(
        SockAddr address, Optional<ChildSocket> socket, OptionalLong inode, boolean tolerant)
        implements AutoCloseable {
    /// @throws ErrnoException `EFAULT`, `EBADF`: the call is wrong, the kernel says so to the
    ///   program; `EPERM`
    static Examination of(ChildCall call, long namespace) throws ErrnoException {
        SockAddr address = call.address();
        boolean fixed = address instanceof SockAddr.Inet inet && inet.port() != 0;
        if (!fixed) {
            return new Examination(address, Optional.empty(), OptionalLong.empty(), false);
        }
        ChildDescriptor descriptor = call.descriptor();
        Optional<ChildSocket> socket = ChildSocket.of(descriptor, namespace);
        boolean tolerant =
                socket.filter(s -> s.reuseport() || s.protocol() == Protocol.UDP && s.reuseaddr())
                        .isPresent();
        return new Examination(address, socket, descriptor.inode(), tolerant);
    }

    @Override
    public void close() {
        socket.ifPresent(ChildSocket::close);
    }
}
