package dev.berth.supervise.adoption;

import dev.berth.sys.Descriptors;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.Notification;
import dev.berth.sys.Seccomp;

import java.io.IOException;

/// Puts a socket of the supervisor over a child's descriptor while the child waits in bind(2).
final class FdReplacement {
    private FdReplacement() {}

    /// Places `ours`. The child's descriptor keeps its number, its close-on-exec and O_NONBLOCK
    /// flags and its epoll registrations; everything else is that of `ours`.
    ///
    /// @param listener the seccomp listener that `notification` came from
    static void replace(Fd listener, Notification notification, ChildDescriptor child, Fd ours)
            throws IOException {
        int flags = child.flags();
        int status = Descriptors.fcntl(ours.number(), Descriptors.F_GETFL, 0);
        int wanted = status & ~Descriptors.O_NONBLOCK | flags & Descriptors.O_NONBLOCK;
        Descriptors.fcntl(ours.number(), Descriptors.F_SETFL, wanted);
        boolean cloexec = (flags & Descriptors.O_CLOEXEC) != 0;
        try (EpollRegistrations registrations = EpollRegistrations.of(child)) {
            long placed =
                    Seccomp.addFd(
                            listener.number(),
                            notification.id(),
                            ours.number(),
                            child.number(),
                            cloexec);
            ErrnoException.check("SECCOMP_IOCTL_NOTIF_ADDFD", child, placed);
            registrations.restore(ours);
        }
    }
}
