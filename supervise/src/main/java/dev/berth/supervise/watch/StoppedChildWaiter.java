package dev.berth.supervise.watch;

import dev.berth.supervise.process.EventLoop;
import dev.berth.sys.Processes;

import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;

/// Calls back when a child is stopped by a signal. No descriptor reports that, so a thread waits
/// for it in waitid(2).
///
/// A waiting call cannot be cancelled: the thread stays in it until a child stops or the last one
/// has ended; it keeps no JVM from exiting.
final class StoppedChildWaiter {
    /// Without a child there is nothing to wait for, and each call would return at once.
    private static final long CHILDLESS_NANOS = 500_000_000;

    private static final long THREADLESS_MILLIS = 500;

    private final EventLoop loop;
    private Runnable ring = () -> {};
    private final Semaphore wanted = new Semaphore(0);
    private boolean waiting;
    private boolean started;

    StoppedChildWaiter(EventLoop loop) {
        this.loop = loop;
    }

    /// Calls back once as soon as a child is stopped, at once if one is; also some time after no
    /// child is left.
    ///
    /// @param whenStopped called by the loop's thread
    void arm(Runnable whenStopped) {
        ring = whenStopped;
        if (waiting) {
            return;
        }
        waiting = true;
        if (started || begin()) {
            wanted.release();
        } else {
            loop.after(THREADLESS_MILLIS, this::woke);
        }
    }

    /// Starts the thread; if none can be started, the next check comes after a while.
    private boolean begin() {
        try {
            Thread.ofPlatform().daemon().name("berth-stops").start(this::await);
            started = true;
            return true;
        } catch (OutOfMemoryError limit) {
            return false;
        }
    }

    private void await() {
        boolean open = true;
        while (open) {
            wanted.acquireUninterruptibly();
            if (Processes.awaitStopped() < 0) {
                LockSupport.parkNanos(CHILDLESS_NANOS);
            }
            open = loop.post(this::woke);
        }
    }

    private void woke() {
        waiting = false;
        ring.run();
    }
}
