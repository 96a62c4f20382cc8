package dev.berth.cli.run;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/// Writes lines on a separate thread, so that a stalled reader (a full pipe, a terminal stopped
/// with Ctrl-S) does not stall anything else. Lines that do not fit into the buffer meanwhile are
/// dropped and counted; a line in the output says how many are missing there.
final class LineWriter implements AutoCloseable {
    /// The size of the buffer in characters.
    static final int MOST_CHARS = 1 << 20;

    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(2);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Supplier<String> stamp;
    private final RetryingTarget output;
    private final Thread thread;
    private StringBuilder waiting = new StringBuilder();
    private long dropped;
    private boolean reopen;
    private boolean closed;

    /// The next task of the thread.
    private record Work(String text, boolean reopen, boolean last) {}

    /// @param output closed by the thread when it ends
    /// @param stamp the beginning of each line
    LineWriter(String name, RetryingTarget output, Supplier<String> stamp) {
        this.output = output;
        this.stamp = stamp;
        this.thread = Thread.ofPlatform().name(name).daemon().start(this::work);
    }

    /// Adds a line. Never blocks.
    void add(String line) {
        lock.lock();
        try {
            if (closed || waiting.length() + line.length() >= MOST_CHARS) {
                dropped++;
                return;
            }
            mention();
            waiting.append(stamp.get()).append(line).append('\n');
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    private void mention() {
        if (dropped > 0) {
            waiting.append(stamp.get()).append("berth: lines missing here: ").append(dropped);
            waiting.append(" (they came faster than they were read)\n");
            dropped = 0;
        }
    }

    /// Reopens the file: lines added from now on go to the file that then has its name.
    void reopen() {
        lock.lock();
        try {
            reopen = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /// The current problem of the output.
    Optional<String> problem() {
        return output.problem();
    }

    /// Writes the buffered lines, for at most two seconds. Closing twice is harmless.
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
        try (output) {
            for (boolean last = false; !last; ) {
                Work work = next();
                if (work.reopen()) {
                    output.reopen();
                }
                output.write(work.text(), stamp.get());
                last = work.last();
            }
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
