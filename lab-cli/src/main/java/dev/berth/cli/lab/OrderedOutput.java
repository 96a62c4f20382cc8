package dev.berth.cli.lab;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// Runs tasks on several threads, and passes on each result as soon as it and all earlier ones are
/// ready.
///
/// **Ownership:** [#close()] waits until all tasks are done.
final class OrderedOutput<T> implements AutoCloseable {
    /// The number of waiting tasks per thread: enough to keep all threads busy without needless
    /// memory.
    private static final int AHEAD = 64;

    private final ExecutorService threads;
    private final Semaphore room;
    private final Queue<CompletableFuture<T>> waiting = new ArrayDeque<>();
    private final Queue<CompletableFuture<T>> failed = new ArrayDeque<>();
    private final Consumer<T> results;

    OrderedOutput(int atOnce, Consumer<T> results) {
        this.threads =
                Executors.newFixedThreadPool(
                        atOnce, task -> Thread.ofPlatform().daemon().unstarted(task));
        this.room = new Semaphore(atOnce * AHEAD);
        this.results = results;
    }

    /// Submits a task; blocks while too many are pending.
    void submit(Supplier<T> work) {
        room.acquireUninterruptibly();
        var result = new CompletableFuture<T>();
        synchronized (waiting) {
            waiting.add(result);
        }
        threads.execute(
                () -> {
                    try {
                        result.complete(work.get());
                    } catch (RuntimeException | Error bug) {
                        result.completeExceptionally(bug);
                    }
                    handOn();
                });
    }

    private void handOn() {
        synchronized (waiting) {
            while (!waiting.isEmpty() && waiting.element().isDone()) {
                CompletableFuture<T> next = waiting.remove();
                room.release();
                if (next.isCompletedExceptionally()) {
                    failed.add(next);
                } else {
                    results.accept(next.join());
                }
            }
        }
    }

    /// Waits for all tasks.
    ///
    /// @throws RuntimeException the exception that a task threw
    @Override
    public void close() {
        threads.close();
        synchronized (waiting) {
            try {
                failed.forEach(CompletableFuture::join);
            } catch (CompletionException wrapped) {
                if (wrapped.getCause() instanceof RuntimeException bug) {
                    throw bug;
                }
                throw wrapped;
            }
        }
    }
}
