package dev.berth.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Writes lines on a thread of its own, so that a reader who stalls (a full pipe, a terminal
/// stopped by Ctrl-S) stalls nobody else. What does not fit into the buffer meanwhile is dropped
/// and counted; where lines are missing, a line says how many.
final class LineWriter implements AutoCloseable {
    /// Characters that may wait.
    static final int MOST_CHARS = 1 << 20;

    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(2);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final LineTarget target;
    private final Thread thread;
    private StringBuilder waiting = new StringBuilder();
    private long dropped;
    private boolean reopen;
    private boolean closed;

    /// What the thread has to do next.
    private record Work(String text, boolean reopen, boolean last) {}

    /// - `target`: closed by the thread at its end
    LineWriter(String name, LineTarget target) {
        this.target = target;
        this.thread = Thread.ofPlatform().name(name).daemon().start(this::work);
    }

    /// Adds a line. Never waits.
    void add(String line) {
        lock.lock();
        try {
            if (closed || waiting.length() + line.length() >= MOST_CHARS) {
                dropped++;
                return;
            }
            mention();
            waiting.append(line).append('\n');
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    private void mention() {
        if (dropped > 0) {
            waiting.append("berth: lines missing here: ").append(dropped);
            waiting.append(" (they came faster than they were read)\n");
            dropped = 0;
        }
    }

    /// What is added from now on goes to the file that then has the name.
    void reopen() {
        lock.lock();
        try {
            reopen = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /// Writes what waits, for two seconds at most. Closing twice is harmless.
    @Override
    public void close() {
        lock.lock();
        try {
            mention();
            closed = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
        try {
            thread.join(CLOSE_PATIENCE);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void work() {
        try (target) {
            for (boolean last = false; !last; ) {
                Work work = next();
                if (work.reopen()) {
                    attempt(target::reopen);
                }
                attempt(() -> target.write(work.text().getBytes(UTF_8)));
                last = work.last();
            }
        } catch (IOException unclosed) {
            // All that could be written was.
        }
    }

    private interface Attempt {
        void make() throws IOException;
    }

    /// A closed pipe or a full disk is no reason to stop: the workers run on all the same.
    private static void attempt(Attempt attempt) {
        try {
            attempt.make();
        } catch (IOException nobodyReads) {
            // There is nowhere left to say it.
        }
    }

    private Work next() {
        lock.lock();
        try {
            while (waiting.isEmpty() && !closed && !reopen) {
                changed.awaitUninterruptibly();
            }
            Work work = new Work(waiting.toString(), reopen, closed);
            waiting = new StringBuilder();
            reopen = false;
            return work;
        } finally {
            lock.unlock();
        }
    }
}
