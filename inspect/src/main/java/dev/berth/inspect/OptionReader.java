package dev.berth.inspect;

import dev.berth.net.DiagQuery;
import dev.berth.net.Holder;
import dev.berth.net.SocketRow;
import dev.berth.sys.Errno;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.Pidfds;
import dev.berth.sys.SocketOption;
import dev.berth.sys.Sockets;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// Reads the options of other processes' sockets through descriptors of its own that it borrows for
/// the moment. Nothing of the socket changes, and its owner does not notice.
///
/// **since**: Linux 5.6. **source**: pidfd_getfd(2)
final class OptionReader implements AutoCloseable {
    private static final String NOBODY = "only the kernel holds it, so nobody can be asked";

    private final Map<Integer, Long> pidfds = new HashMap<>();

    /// The options of the socket `row`, asked of the first of its `holders` that lets us.
    ///
    /// - `otherwise`: why its holders are not known, if they are not
    SocketOptions read(SocketRow row, List<Holder> holders, String otherwise) {
        if (row.inode() == 0) {
            return SocketOptions.unknown(NOBODY);
        }
        String reason = otherwise;
        for (Holder holder : holders) {
            try {
                return read(row, holder);
            } catch (ErrnoException refused) {
                reason = reason(refused);
            }
        }
        return SocketOptions.unknown(reason);
    }

    private static String reason(ErrnoException refused) {
        return switch (refused.name().orElse(Errno.UNLISTED)) {
            case EPERM ->
                    "no permission to borrow its descriptor; run as root, or with CAP_SYS_PTRACE";
            case ENOSYS -> "this kernel cannot lend descriptors; it needs Linux 5.6";
            case EBADF, ESRCH -> "its owner closed it while it was looked at";
            default -> String.valueOf(refused.getMessage());
        };
    }

    private SocketOptions read(SocketRow row, Holder holder) throws ErrnoException {
        String what = "fd " + holder.fd() + " of pid " + holder.pid();
        long pidfd = pidfds.computeIfAbsent(holder.pid(), OptionReader::open);
        ErrnoException.check("pidfd_open", "pid " + holder.pid(), pidfd);
        long number = Pidfds.pidfdGetfd((int) pidfd, holder.fd());
        try (Fd fd = Fd.of("pidfd_getfd", what, number)) {
            int socket = fd.number();
            // The number may mean another socket by now.
            if (SocketOption.COOKIE.read(socket) != row.cookie()) {
                throw new ErrnoException("pidfd_getfd", what, Errno.EBADF.number());
            }
            return read(row, socket);
        }
    }

    private static long open(int pid) {
        return Pidfds.pidfdOpen(pid, 0);
    }

    private static SocketOptions read(SocketRow row, int socket) throws ErrnoException {
        boolean six = row.family() == DiagQuery.INET6;
        int cpu = (int) SocketOption.INCOMING_CPU.read(socket);
        long protocol = SocketOption.PROTOCOL.read(socket);
        return new SocketOptions(
                Optional.of(SocketOption.REUSEADDR.read(socket) != 0),
                Optional.of(SocketOption.REUSEPORT.read(socket) != 0),
                six ? Optional.of(SocketOption.V6ONLY.read(socket) != 0) : Optional.empty(),
                cpu < 0 ? OptionalInt.empty() : OptionalInt.of(cpu),
                Optional.of(protocol == Sockets.IPPROTO_MPTCP),
                false,
                "");
    }

    @Override
    public void close() {
        for (long pidfd : pidfds.values()) {
            if (pidfd >= 0) {
                new Fd((int) pidfd).close();
            }
        }
        pidfds.clear();
    }
}
