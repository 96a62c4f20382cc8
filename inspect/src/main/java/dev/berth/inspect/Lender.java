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

/// Borrows other processes' sockets: a descriptor of our own for a socket of theirs, which they do
/// not notice.
///
/// **since**: Linux 5.6. **source**: pidfd_getfd(2)
final class Lender implements AutoCloseable {
    private static final String YAMA = "kernel/yama/ptrace_scope";

    private final Map<Integer, Long> pidfds = new HashMap<>();

    /// The socket `row`, taken from `holder`; the caller closes it.
    ///
    /// @throws ErrnoException `EPERM` without the right to trace the process; `EBADF`, `ESRCH`: it
    ///   does not hold this socket any more
    Fd borrow(SocketRow row, Holder holder) throws ErrnoException {
        String what = "fd " + holder.fd() + " of pid " + holder.pid();
        long pidfd = pidfds.computeIfAbsent(holder.pid(), pid -> (long) Pidfds.pidfdOpen(pid, 0));
        ErrnoException.check("pidfd_open", "pid " + holder.pid(), pidfd);
        long number = Pidfds.pidfdGetfd((int) pidfd, holder.fd());
        Fd fd = Fd.of("pidfd_getfd", what, number);
        try {
            // The number may mean another socket by now.
            if (!same(row, fd.number())) {
                throw new ErrnoException("pidfd_getfd", what, Errno.EBADF.number());
            }
            return fd;
        } catch (ErrnoException other) {
            fd.close();
            throw other;
        }
    }

    /// What the kernel lists of a Multipath-TCP socket is the TCP socket below it, under its inode
    /// but with a cookie of its own; /proc/net tells no cookie.
    private static boolean same(SocketRow row, int socket) throws ErrnoException {
        if (SocketOption.COOKIE.read(socket) == row.cookie()) {
            return true;
        }
        int self = (int) ProcessHandle.current().pid();
        return (row.partial() || SocketOption.PROTOCOL.read(socket) == Sockets.IPPROTO_MPTCP)
                && Holders.holds(new Holder(self, socket), row.inode());
    }

    /// Whether the holder does not have the socket any more.
    static boolean gone(ErrnoException refused) {
        return refused.is(Errno.EBADF) || refused.is(Errno.ESRCH);
    }

    /// Why a socket is not lent, and what to do about it.
    static String reason(SocketRow row, ErrnoException refused) {
        return switch (refused.name().orElse(Errno.UNLISTED)) {
            case EPERM -> "no permission to borrow its descriptor" + forbidden(row);
            case ENOSYS -> "this kernel cannot lend descriptors; it needs Linux 5.6";
            case EBADF, ESRCH -> "its owner closed it while it was looked at";
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
                ? ", though it is of your user: the program is not dumpable, or a container's"
                        + " seccomp profile forbids it"
                        + remedy
                : ", though it is of your user: kernel.yama.ptrace_scope is " + scope + remedy;
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
