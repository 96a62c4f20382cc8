package dev.berth.inspect;

import dev.berth.net.Holder;
import dev.berth.net.Holders;
import dev.berth.net.SocketRow;
import dev.berth.sys.Errno;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.Pidfds;
import dev.berth.sys.Processes;
import dev.berth.sys.SocketOption;
import dev.berth.sys.Sockets;

import java.util.HashMap;
import java.util.Map;

/// Borrows other processes' sockets: opens our own descriptor for a socket of theirs, which they do
/// not notice.
///
/// **Since:** Linux 5.6.
///
/// **Source:** pidfd_getfd(2)
final class FdBorrower implements AutoCloseable {
    private static final String YAMA = "kernel/yama/ptrace_scope";

    private final Map<Integer, Long> pidfds = new HashMap<>();

    /// Borrows the socket `row` from `holder`; the caller closes it.
    ///
    /// @throws ErrnoException `EPERM` without the right to trace the process; `EBADF`, `ESRCH`: it
    ///   no longer holds this socket
    Fd borrow(SocketRow row, Holder holder) throws ErrnoException {
        String what = "fd " + holder.fd() + " of pid " + holder.pid();
        long pidfd = pidfds.computeIfAbsent(holder.pid(), pid -> (long) Pidfds.pidfdOpen(pid, 0));
        ErrnoException.check("pidfd_open", "pid " + holder.pid(), pidfd);
        long number = Pidfds.pidfdGetfd((int) pidfd, holder.fd());
        Fd fd = Fd.of("pidfd_getfd", what, number);
        try {
            // The number may refer to another socket by now.
            if (!same(row, fd.number())) {
                throw new ErrnoException("pidfd_getfd", what, Errno.EBADF.number());
            }
            return fd;
        } catch (ErrnoException other) {
            fd.close();
            throw other;
        }
    }

    /// For a Multipath-TCP socket the kernel lists the TCP socket below it, with the same inode but
    /// its own cookie; /proc/net has no cookie.
    private static boolean same(SocketRow row, int socket) throws ErrnoException {
        if (SocketOption.COOKIE.read(socket) == row.cookie()) {
            return true;
        }
        int self = (int) ProcessHandle.current().pid();
        return (row.partial() || SocketOption.PROTOCOL.read(socket) == Sockets.IPPROTO_MPTCP)
                && Holders.holds(new Holder(self, socket), row.inode());
    }

    /// Whether the holder no longer has the socket.
    static boolean holderGone(ErrnoException refused) {
        return refused.is(Errno.EBADF) || refused.is(Errno.ESRCH);
    }

    /// Why a socket cannot be borrowed, and what to do about it.
    static String reason(SocketRow row, ErrnoException refused) {
        return switch (refused.name().orElse(Errno.UNLISTED)) {
            case EPERM -> "no permission to borrow its descriptor" + forbidden(row);
            case ENOSYS -> "this kernel cannot copy descriptors; that needs Linux 5.6";
            case EBADF, ESRCH -> "its owner closed it during the inspection";
            default -> String.valueOf(refused.getMessage());
        };
    }

    private static String forbidden(SocketRow row) {
        String remedy = "; run as root, or with CAP_SYS_PTRACE";
        int uid = Processes.geteuid();
        if (uid == 0 || uid != row.uid()) {
            return remedy;
        }
        String scope = Sysctl.read(YAMA).orElse("0");
        return scope.equals("0")
                ? ", although it is your user's: the program is not dumpable, or a container's"
                        + " seccomp profile forbids it"
                        + remedy
                : ", although it is your user's: kernel.yama.ptrace_scope is " + scope + remedy;
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
