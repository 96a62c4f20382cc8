package dev.berth.net;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// A fresh network namespace, and a thread that lives in it.
///
/// **Ownership:** [#close()] ends the thread; the namespace ends with the last process and socket
/// in it.
public final class NamespaceThread implements AutoCloseable {
    private final ExecutorService thread =
            Executors.newSingleThreadExecutor(
                    task -> Thread.ofPlatform().name("fresh-netns").daemon().unstarted(task));

    private NamespaceThread() {}

    /// Creates the namespace.
    ///
    /// @throws IOException with `EPERM` without `CAP_SYS_ADMIN`
    public static NamespaceThread open() throws IOException {
        NamespaceThread namespace = new NamespaceThread();
        try {
            namespace.call(
                    () -> {
                        Namespaces.enterFresh();
                        return true;
                    });
            return namespace;
        } catch (IOException | RuntimeException failed) {
            namespace.close();
            throw failed;
        }
    }

    /// Runs the task inside.
    ///
    /// @throws IOException thrown by the task, or if this thread is interrupted meanwhile
    public <T> T call(Callable<T> task) throws IOException {
        try {
            return thread.submit(task).get();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while a task ran in its namespace", interrupted);
        } catch (ExecutionException failed) {
            switch (failed.getCause()) {
                case IOException cause -> throw cause;
                case RuntimeException cause -> throw cause;
                case Error cause -> throw cause;
                case null, default -> throw new IllegalStateException(failed);
            }
        }
    }

    /// Closing twice is harmless.
    @Override
    public void close() {
        thread.shutdownNow();
    }
}
