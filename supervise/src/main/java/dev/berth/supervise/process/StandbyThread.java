package dev.berth.supervise.process;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.SynchronousQueue;

/// A thread that waits for one piece of work, and ends after it.
///
/// It is started before it is needed, so that the work does not depend on whether a thread can be
/// started then. If the limit on processes is reached, a crashed worker leaves room for its
/// successor, and for nothing else.
final class StandbyThread implements AutoCloseable {
    private final SynchronousQueue<Runnable> work = new SynchronousQueue<>();
    private final Thread thread;

    /// @throws OutOfMemoryError no thread could be started
    StandbyThread() {
        thread = Thread.ofPlatform().name("berth-spawn").daemon().start(this::run);
    }

    private void run() {
        try {
            work.take().run();
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    /// Runs the task on the thread, once, and waits for the thread's end.
    ///
    /// @throws ExecutionException the task failed
    <T> T call(Callable<T> task) throws IOException, ExecutionException {
        FutureTask<T> future = new FutureTask<>(task);
        try {
            work.put(future);
            thread.join();
            return future.get();
        } catch (InterruptedException stopped) {
            thread.interrupt();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", stopped);
        }
    }

    /// Ends the thread without work; closing twice is harmless.
    @Override
    public void close() {
        thread.interrupt();
    }
}
