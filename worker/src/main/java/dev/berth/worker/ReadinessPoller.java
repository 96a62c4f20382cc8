package dev.berth.worker;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Lets threads park until there may be something to receive. A thread of its own polls the link
/// while any thread waits, but receives nothing.
///
/// All methods except [#join()] are called with the lock held.
///
/// **Ownership:** closes the link when it is stopped.
final class ReadinessPoller {
    private final DispatcherSocket socket;
    private final ReentrantLock lock;
    private final Condition wanted;
    private final Condition come;
    private final int wake;
    private final Thread thread = new Thread(this::run, "berth-watch");
    private int waiting;
    private boolean looking;
    private boolean stopped;

    private ReadinessPoller(DispatcherSocket socket, ReentrantLock lock, int wake) {
        this.socket = socket;
        this.lock = lock;
        this.wake = wake;
        wanted = lock.newCondition();
        come = lock.newCondition();
    }

    /// @param lock guards what is received
    ///
    /// @throws IOException if this process has no descriptor left
    static ReadinessPoller start(DispatcherSocket socket, ReentrantLock lock) throws IOException {
        int wake = socket.calls().eventfd();
        if (wake < 0) {
            throw new IOException("cannot wait for connections: eventfd: errno " + -wake);
        }
        ReadinessPoller poller = new ReadinessPoller(socket, lock, wake);
        poller.thread.setDaemon(true);
        poller.thread.start();
        return poller;
    }

    /// Waits until there may be something to receive. A caller that finds something then calls
    /// [#resume()].
    @SuppressWarnings("WaitNotInLoop") // The callers loop.
    void await() throws InterruptedException {
        waiting++;
        try {
            poll();
            come.await();
        } finally {
            waiting--;
        }
    }

    /// Waits for up to `longest`.
    @SuppressWarnings("WaitNotInLoop") // The callers loop.
    void await(Duration longest) throws InterruptedException {
        come.awaitNanos(longest.toNanos());
    }

    /// Keeps polling for the threads that still wait: only one is woken at a time.
    void resume() {
        if (waiting > 0) {
            poll();
        }
    }

    /// Wakes all waiting threads.
    void wakeAll() {
        come.signalAll();
    }

    /// Stops polling and wakes all waiting threads.
    void stop() {
        if (!stopped) {
            stopped = true;
            wanted.signal();
            socket.calls().eventfdWrite(wake);
            wakeAll();
        }
    }

    /// Waits until the link is closed; call after [#stop()] and without the lock.
    void join() {
        try {
            thread.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void poll() {
        if (!looking) {
            looking = true;
            wanted.signal();
        }
    }

    private void run() {
        while (isWanted()) {
            socket.poll(wake);
            wakeOne();
        }
        socket.close();
        socket.calls().close(wake);
    }

    private boolean isWanted() {
        lock.lock();
        try {
            while (!looking && !stopped) {
                wanted.awaitUninterruptibly();
            }
            return !stopped;
        } finally {
            lock.unlock();
        }
    }

    private void wakeOne() {
        lock.lock();
        try {
            looking = false;
            come.signal();
        } finally {
            lock.unlock();
        }
    }
}
