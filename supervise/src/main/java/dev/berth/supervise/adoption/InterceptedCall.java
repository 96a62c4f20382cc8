package dev.berth.supervise.adoption;

import dev.berth.supervise.process.WorkerProcess;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.Notification;
import dev.berth.sys.Processes;
import dev.berth.sys.Seccomp;
import dev.berth.sys.SockAddr;

import java.io.IOException;

/// One bind(2) or listen(2) of a worker that is waiting for its answer.
///
/// @param listener the seccomp listener that `notification` came from
record InterceptedCall(WorkerProcess worker, Fd listener, Notification notification) {
    /// The size of the largest `struct sockaddr`.
    private static final int ADDRESS_BYTES = 128;

    /// The socket that the call is about.
    ChildDescriptor descriptor() {
        return new ChildDescriptor(notification.tid(), notification.intArgument(0));
    }

    /// The address of a bind(2), read once.
    ///
    /// @throws ErrnoException it cannot be read; the kernel can tell the child why
    SockAddr address() throws ErrnoException {
        int length = Math.clamp(notification.intArgument(2), 0, ADDRESS_BYTES);
        byte[] raw = Processes.readMemory(notification.tid(), notification.argument(1), length);
        return SockAddr.decode(raw, length);
    }

    /// Whether the thread still waits. If not, what was read for it may be another process's.
    boolean waits() {
        return listener.isOpen() && Seccomp.idValid(listener.number(), notification.id()) >= 0;
    }

    /// Lets the kernel carry out the call, with the child's rights.
    void proceed() {
        Seccomp.proceed(listener.number(), notification.id());
    }

    /// Makes the call return 0.
    void succeed() {
        Seccomp.respond(listener.number(), notification.id(), 0, 0);
    }

    /// Makes the call return -1 with `errno`.
    ///
    /// @param errno positive
    void fail(int errno) {
        Seccomp.respond(listener.number(), notification.id(), 0, errno);
    }

    /// Puts `socket` over the child's descriptor.
    void replaceDescriptor(Fd socket) throws IOException {
        FdReplacement.replace(listener, notification, descriptor(), socket);
    }
}
