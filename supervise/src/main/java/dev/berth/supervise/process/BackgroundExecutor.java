package dev.berth.supervise.process;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;

/// Runs tasks that may take long or block forever, such as reading from another process, on threads
/// other than the owner's, and passes the answers to the owner thread.
///
/// Usually there is one thread. Another is started if all are busy for longer than a tick, so that
/// a stuck task does not hold up the others; there are never more than a fixed number. A task that
/// is not done in time is given up: its answer is [TimedOut], and its thread returns when the
/// kernel releases it.
///
/// Everything but the tasks runs on the owner thread; only that thread may call the methods.
public final class BackgroundExecutor implements AutoCloseable {
    /// Time is counted in ticks of the loop, so that time during which the whole supervisor was
    /// stopped does not count.
    private static final long TICK_MILLIS = 250;

    private static final int MOST_WAITING = 256;
    private static final long CLOSE_MILLIS = 500;
    private static final Job<?> END = new Job<>(() -> "", _ -> {}, _ -> {});

    private final EventLoop loop;
    private final String name;
    private final int patience;
    private final int mostThreads;
    private final Deque<Job<?>> waiting = new ArrayDeque<>();
    private final Set<Job<?>> running = new LinkedHashSet<>();
    private final BlockingQueue<Job<?>> handed = new LinkedBlockingQueue<>();
    private final List<Thread> threads = new ArrayList<>();
    private int wanted;
    private boolean ticking;
    private boolean closed;

    /// The result of a task.
    public sealed interface TaskResult<T> {}

    /// It was done.
    public record Done<T>(T value) implements TaskResult<T> {}

    /// It threw.
    public record Failed<T>(Exception why) implements TaskResult<T> {}

    /// It was not done in time, or there was no room for it.
    public record TimedOut<T>() implements TaskResult<T> {}

    private static final class Job<T> {
        private final Callable<T> task;
        private final Consumer<TaskResult<T>> answer;
        private final Consumer<TaskResult<T>> tooLate;
        private int ticks;
        private boolean givenUp;
        private @Nullable TaskResult<T> result;

        Job(Callable<T> task, Consumer<TaskResult<T>> answer, Consumer<TaskResult<T>> tooLate) {
            this.task = task;
            this.answer = answer;
            this.tooLate = tooLate;
        }

        void run() {
            try {
                result = new Done<>(task.call());
            } catch (Exception failed) {
                result = new Failed<>(failed);
            } catch (Error failed) {
                result = new Failed<>(new IOException(failed.toString(), failed));
            }
        }

        void giveUp() {
            givenUp = true;
            answer.accept(new TimedOut<>());
        }

        /// Gives up a job that no thread has begun, and none will.
        void drop() {
            giveUp();
            tooLate.accept(new TimedOut<>());
        }

        void finish(boolean wanted) {
            TaskResult<T> done = result == null ? new TimedOut<>() : result;
            (givenUp || !wanted ? tooLate : answer).accept(done);
        }
    }

    /// Starts the first thread.
    ///
    /// @param name of the threads
    /// @param patienceMillis how long a task may take, including its wait for a thread
    BackgroundExecutor(EventLoop loop, String name, long patienceMillis, int mostThreads) {
        this.loop = loop;
        this.name = name;
        this.patience = Math.toIntExact(Math.ceilDiv(patienceMillis, TICK_MILLIS));
        this.mostThreads = mostThreads;
        startThread();
    }

    /// Runs `task` on another thread.
    ///
    /// @param answer called by the owner thread, once; at once if there is no room for the task
    public <T> void submit(Callable<T> task, Consumer<TaskResult<T>> answer) {
        submit(task, answer, _ -> {});
    }

    /// Runs `task` on another thread, for callers that do not care why it failed.
    ///
    /// @param answer called by the owner thread, once; empty if the task failed or was too late
    public <T> void attempt(Callable<T> task, Consumer<Optional<T>> answer) {
        submit(
                task,
                found ->
                        answer.accept(
                                found instanceof Done<T>(T value)
                                        ? Optional.of(value)
                                        : Optional.empty()));
    }

    /// Runs `task` on another thread.
    ///
    /// @param answer called by the owner thread, once; at once if there is no room for the task
    /// @param tooLate called with a result that comes after [TimedOut] was answered; with
    ///   [TimedOut] at once if no thread had begun, so that no result will come; or after [#close].
    ///   A task that holds system resources gives them back there
    public <T> void submit(
            Callable<T> task, Consumer<TaskResult<T>> answer, Consumer<TaskResult<T>> tooLate) {
        Job<T> job = new Job<>(task, answer, tooLate);
        if (closed || waiting.size() >= MOST_WAITING) {
            job.drop();
            return;
        }
        waiting.add(job);
        hand();
        watch();
    }

    private void hand() {
        while (!waiting.isEmpty() && running.size() < wanted) {
            Job<?> next = waiting.remove();
            running.add(next);
            handed.add(next);
        }
    }

    private void watch() {
        if (!ticking && !closed && !(waiting.isEmpty() && running.isEmpty())) {
            ticking = true;
            loop.after(TICK_MILLIS, this::tick);
        }
    }

    private void tick() {
        ticking = false;
        if (!waiting.isEmpty() && wanted < mostThreads) {
            startThread();
        }
        hand();
        List<Job<?>> late = new ArrayList<>();
        age(running, late);
        age(waiting, late);
        late.forEach(this::giveUp);
        watch();
    }

    private void giveUp(Job<?> job) {
        if (waiting.remove(job)) {
            job.drop();
        } else {
            job.giveUp();
        }
    }

    private void age(Collection<Job<?>> jobs, List<Job<?>> late) {
        for (Job<?> job : jobs) {
            if (!job.givenUp && ++job.ticks > patience) {
                late.add(job);
            }
        }
    }

    private void startThread() {
        try {
            threads.removeIf(thread -> !thread.isAlive());
            threads.add(Thread.ofPlatform().name(name).daemon().start(this::work));
            wanted++;
        } catch (OutOfMemoryError noThread) {
            // The next tick tries again; until then the existing threads do the work, or it is
            // late.
        }
    }

    private void work() {
        try {
            for (Job<?> job = handed.take(); !job.equals(END); job = handed.take()) {
                Job<?> done = job;
                done.run();
                if (!loop.post(() -> finished(done))) {
                    done.finish(false);
                }
            }
        } catch (InterruptedException nobodyDoes) {
            Thread.currentThread().interrupt();
        }
    }

    private void finished(Job<?> job) {
        running.remove(job);
        if (wanted > 1 && waiting.isEmpty()) {
            // A thread was started because another was stuck; either of them may take this.
            wanted--;
            handed.add(END);
        }
        hand();
        job.finish(!closed);
    }

    /// Drops the waiting tasks; from now on only the `tooLate` callbacks are called. A thread that
    /// is stuck stays stuck.
    @Override
    public void close() {
        closed = true;
        waiting.forEach(job -> job.finish(false));
        waiting.clear();
        threads.forEach(_ -> handed.add(END));
        long until = loop.now() + CLOSE_MILLIS;
        try {
            for (Thread thread : threads) {
                thread.join(Math.max(1, until - loop.now()));
            }
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        }
    }
}
