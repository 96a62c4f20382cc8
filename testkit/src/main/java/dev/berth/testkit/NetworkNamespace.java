package dev.berth.testkit;

import dev.berth.net.Namespaces;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// A fresh network namespace with loopback up, and the platform thread that lives in it.
///
/// Sockets and processes that a task creates *on this thread* are inside, and stay inside wherever
/// they are used later. Threads that the task starts are inside too; threads of a pool that already
/// existed are not. Requires `CAP_SYS_ADMIN`: see [RequiresCapability].
///
/// **Ownership:** [#close()] ends the thread, and with it the namespace, unless a socket or a
/// process remains in it.
public final class NetworkNamespace implements AutoCloseable {
    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final int CLOSE_SECONDS = 10;

    private final ExecutorService executor;
    private volatile Thread inside = Thread.currentThread();

    private NetworkNamespace() {
        String name = "netns-" + COUNT.incrementAndGet();
        executor =
                Executors.newSingleThreadExecutor(
                        task -> Thread.ofPlatform().name(name).daemon().unstarted(task));
    }

    /// A task that returns nothing.
    @FunctionalInterface
    public interface Task {
        /// Runs the task.
        void run() throws Exception;
    }

    /// Creates a namespace.
    ///
    /// @throws IOException with `EPERM`, without `CAP_SYS_ADMIN`
    public static NetworkNamespace open() throws IOException {
        NetworkNamespace namespace = new NetworkNamespace();
        try {
            namespace.submit(
                    () -> {
                        namespace.inside = Thread.currentThread();
                        Namespaces.enterFresh();
                        return true;
                    });
            return namespace;
        } catch (IOException | RuntimeException failed) {
            namespace.close();
            throw failed;
        } catch (Exception impossible) {
            namespace.close();
            throw new AssertionError(impossible);
        }
    }

    /// Runs `task` inside and returns its result, or throws what it throws. A task may call this
    /// method again.
    public <T> T call(Callable<T> task) throws Exception {
        return Thread.currentThread() == inside ? task.call() : submit(task);
    }

    /// Runs `task` inside, or throws what it throws.
    public void run(Task task) throws Exception {
        call(
                () -> {
                    task.run();
                    return true;
                });
    }

    /// Interrupts the current task and ends the thread after it; closing twice is harmless.
    @Override
    public void close() {
        executor.shutdownNow();
        if (Thread.currentThread() == inside) {
            return;
        }
        try {
            if (!executor.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("a task still runs in the closed namespace: " + inside);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private <T> T submit(Callable<T> task) throws Exception {
        try {
            return executor.submit(task).get();
        } catch (ExecutionException failed) {
            switch (failed.getCause()) {
                case Exception cause -> throw cause;
                case Error cause -> throw cause;
                case null, default -> throw failed;
            }
        }
    }
}
