package dev.berth.supervise.adoption;

import dev.berth.net.Protocol;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.SockAddr;

import java.util.Optional;
import java.util.OptionalLong;

/// What a bind(2) of a worker asks for.
///
/// Finding it out means reading the worker's memory and descriptors, which a worker can make take
/// forever (memory that userfaultfd(2) or FUSE never fills): run it on a thread other than the
/// owner's.
///
/// @param address read once from the worker's memory
/// @param socket empty if the bind does not concern Berth: not TCP or UDP, in another network
///   namespace, or port 0, which is never shared
/// @param inode of the socket, if it is one that may be inspected
/// @param tolerant whether the program itself allows other sockets on the same port
///
///   **Ownership:** owns what is in `socket`; [#close] closes it.
record BindArguments(
        SockAddr address, Optional<ChildSocket> socket, OptionalLong inode, boolean tolerant)
        implements AutoCloseable {
    /// Examines one call.
    ///
    /// @throws ErrnoException `EFAULT`, `EBADF`: the call is wrong, and the kernel reports that to
    ///   the program; `EPERM`
    static BindArguments of(InterceptedCall call, long namespace) throws ErrnoException {
        SockAddr address = call.address();
        boolean fixed = address instanceof SockAddr.Inet inet && inet.port() != 0;
        if (!fixed) {
            return new BindArguments(address, Optional.empty(), OptionalLong.empty(), false);
        }
        ChildDescriptor descriptor = call.descriptor();
        Optional<ChildSocket> socket = ChildSocket.of(descriptor, namespace);
        boolean tolerant =
                socket.filter(s -> s.reuseport() || s.protocol() == Protocol.UDP && s.reuseaddr())
                        .isPresent();
        return new BindArguments(address, socket, descriptor.inode(), tolerant);
    }

    @Override
    public void close() {
        socket.ifPresent(ChildSocket::close);
    }
}
