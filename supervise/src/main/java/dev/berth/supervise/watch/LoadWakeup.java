package dev.berth.supervise.watch;

import dev.berth.supervise.steering.HeldSocket;
import dev.berth.sys.ErrnoException;

import java.util.List;

/// Calls back once when a connection waits at one of some listeners.
interface LoadWakeup extends AutoCloseable {
    boolean armed();

    /// Calls `ring` when a connection arrives at one of these listeners, or waits there already.
    /// Arming it again forgets the earlier listeners.
    void arm(List<HeldSocket> listeners, Runnable ring) throws ErrnoException;

    /// Cancels it; closing twice is harmless.
    @Override
    void close();
}
