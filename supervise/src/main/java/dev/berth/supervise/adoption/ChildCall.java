package dev.berth.supervise.adoption;

import dev.berth.supervise.process.LiveWorker;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.Notification;
import dev.berth.sys.Processes;
import dev.berth.sys.Seccomp;
import dev.berth.sys.SockAddr;

import java.io.IOException;

/// One bind(2) or listen(2) of a worker that waits for its answer.
///
/// @param listener the seccomp listener that `notification` came from
record ChildCall(LiveWorker worker, Fd listener, Notification notification) {
    /// The largest `struct sockaddr`.
    private static final int ADDRESS_BYTES = 128;

    /// The socket that the call is about.
    ChildDescriptor descriptor() {
        return new ChildDescriptor(notification.tid(), notification.intArgument(0));
    }

    /// The address of a bind(2), read once.
    ///
    /// @throws ErrnoException it cannot be read; the kernel can say to the child why
    SockAddr address() throws ErrnoException {
        int length = Math.clamp(notification.intArgument(2), 0, ADDRESS_BYTES);
        byte[] raw = Processes.readMemory(notification.tid(), notification.argument(1), length);
        return SockAddr.decode(raw, length);
    }

    /// Whether the thread still waits: if not, what was read in its name may be another process's.
    boolean waits() {
        return listener.isOpen() && Seccomp.idValid(listener.number(), notification.id()) >= 0;
    }

    /// Lets the kernel do it, with the rights of the child.
    void proceed() {
        Seccomp.proceed(listener.number(), notification.id());
    }

    /// The call returns 0.
    void done() {
        Seccomp.respond(listener.number(), notification.id(), 0, 0);
    }

    /// The call returns -1, with a positive `errno`.
    void fail(int errno) {
        Seccomp.respond(listener.number(), notification.id(), 0, errno);
    }

    /// Puts `socket` over the child's descriptor.
    void place(Fd socket) throws IOException {
        Placement.over(listener, notification, descriptor(), socket);
    }
}
