package dev.berth.net;

import dev.berth.sys.ErrnoException;
import dev.berth.sys.Processes;

/// Network namespaces, in which every port is free and which no packet leaves.
public final class Namespaces {
    private static final int CLONE_NEWNET = 0x40000000;

    /// The index of a namespace's first device, always.
    private static final int LOOPBACK_INDEX = 1;

    private Namespaces() {}

    /// Moves the calling thread into a fresh network namespace whose only device, `lo`, is up.
    ///
    /// Only this thread moves, along with the sockets and processes that it creates from now on. It
    /// cannot go back, so use a platform thread that ends. The namespace ends with its last thread,
    /// process or socket.
    ///
    /// @throws ErrnoException `EPERM` without `CAP_SYS_ADMIN`
    public static void enterFresh() throws ErrnoException {
        ErrnoException.check("unshare", "CLONE_NEWNET", Processes.unshare(CLONE_NEWNET));
        ErrnoException.check("RTM_NEWLINK", "lo", NetworkDevices.raise(LOOPBACK_INDEX));
    }
}
