package dev.berth.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;

/// Repeats the same step on several threads at once.
final class Burst {
    private Burst() {}

    /// What one thread does.
    interface Step {
        void once() throws IOException;
    }

    /// Runs `steps` for `millis`, each on its own thread, and returns the total number of
    /// repetitions per second.
    ///
    /// @throws IOException if one of them failed
    static double perSecond(List<? extends Step> steps, long millis) throws IOException {
        var count = new LongAdder();
        var begin = new CountDownLatch(1);
        var problem = new AtomicReference<IOException>();
        long[] deadline = new long[1];
        List<Thread> threads = new ArrayList<>();
        for (Step step : steps) {
            threads.add(
                    Thread.ofPlatform()
                            .daemon()
                            .start(
                                    () -> {
                                        try {
                                            begin.await();
                                            long done = 0;
                                            while (System.nanoTime() < deadline[0]) {
                                                step.once();
                                                done++;
                                            }
                                            count.add(done);
                                        } catch (IOException e) {
                                            problem.set(e);
                                        } catch (InterruptedException e) {
                                            Thread.currentThread().interrupt();
                                        }
                                    }));
        }
        long from = System.nanoTime();
        deadline[0] = from + millis * 1_000_000;
        begin.countDown();
        threads.forEach(Burst::join);
        double seconds = (System.nanoTime() - from) / 1e9;
        if (problem.get() != null) {
            throw problem.get();
        }
        return count.sum() / seconds;
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new IOException("interrupted", e));
        }
    }
}
