package dev.berth.lab;

import dev.berth.net.Namespaces;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// A fresh network namespace, and the thread that lives in it.
///
/// **ownership**: [#close()] ends the thread; the namespace ends with the last process and socket
/// in it.
final class Namespace implements AutoCloseable {
    private final ExecutorService thread =
            Executors.newSingleThreadExecutor(
                    task -> Thread.ofPlatform().name("lab-netns").daemon().unstarted(task));

    private Namespace() {}

    static Namespace open() throws IOException {
        Namespace namespace = new Namespace();
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
    <T> T call(Callable<T> task) throws IOException {
        try {
            return thread.submit(task).get();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", interrupted);
        } catch (ExecutionException failed) {
            switch (failed.getCause()) {
                case IOException cause -> throw cause;
                case RuntimeException cause -> throw cause;
                case Error cause -> throw cause;
                case null, default -> throw new IllegalStateException(failed);
            }
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
