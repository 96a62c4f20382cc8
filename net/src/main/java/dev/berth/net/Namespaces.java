package dev.berth.net;

import dev.berth.sys.ErrnoException;
import dev.berth.sys.Processes;

/// Network namespaces: a place where every port is free and no packet leaves.
public final class Namespaces {
    private static final int CLONE_NEWNET = 0x40000000;

    /// A namespace's first device, always.
    private static final int LOOPBACK_INDEX = 1;

    private Namespaces() {}

    /// Moves the calling thread into a fresh network namespace whose only device, `lo`, is up.
    ///
    /// Only this thread moves, with the sockets and processes that it makes from now on; it cannot
    /// go back, so give it a platform thread that ends. The namespace ends with the last thread,
    /// process or socket in it.
    ///
    /// @throws ErrnoException `EPERM` without `CAP_SYS_ADMIN`
    public static void enterFresh() throws ErrnoException {
        ErrnoException.check("unshare", "CLONE_NEWNET", Processes.unshare(CLONE_NEWNET));
        ErrnoException.check("RTM_NEWLINK", "lo", Links.raise(LOOPBACK_INDEX));
    }
}
