package dev.berth.worker;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// What has come and the program has not taken. The dispatcher bounds it: it has no more than a
/// window of connections under way.
final class Inbox {
    private enum State {
        OPEN,
        /// Nothing will come any more.
        ENDED,
        CLOSED
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Queue<Handed> waiting = new ArrayDeque<>();
    private State state = State.OPEN;
    private Optional<IOException> failure = Optional.empty();

    /// Whether it was taken in; not when it is closed.
    boolean offer(Handed handed) {
        lock.lock();
        try {
            if (state == State.CLOSED) {
                return false;
            }
            waiting.add(handed);
            changed.signal();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /// The oldest; empty when all is taken and nothing will come any more.
    ///
    /// - `taken`: run before anybody else takes the next one, so that what is acknowledged is
    ///   always the oldest
    ///
    /// @throws ClosedChannelException if it is closed, or is while this waits
    /// @throws InterruptedIOException if the thread is interrupted, which stays so
    Optional<Handed> take(Runnable taken) throws IOException {
        lock.lock();
        try {
            await();
            Optional<Handed> oldest = Optional.ofNullable(waiting.poll());
            if (oldest.isPresent()) {
                taken.run();
            } else if (failure.isPresent()) {
                throw failure.get();
            }
            return oldest;
        } finally {
            lock.unlock();
        }
    }

    private void await() throws IOException {
        if (state == State.CLOSED) {
            throw new ClosedChannelException();
        }
        try {
            while (waiting.isEmpty() && state == State.OPEN) {
                changed.await();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for a connection");
        }
        if (state == State.CLOSED) {
            throw new AsynchronousCloseException();
        }
    }

    /// Nothing will come any more.
    void end() {
        become(State.ENDED);
    }

    /// Nothing will come any more, because of an error, which is thrown where the end would be
    /// told.
    void fail(IOException cause) {
        lock.lock();
        try {
            failure = Optional.of(cause);
        } finally {
            lock.unlock();
        }
        end();
    }

    /// Gives out what nobody has taken.
    List<Handed> clear() {
        lock.lock();
        try {
            List<Handed> left = List.copyOf(waiting);
            waiting.clear();
            return left;
        } finally {
            lock.unlock();
        }
    }

    /// The same, and takes nothing in any more.
    List<Handed> close() {
        become(State.CLOSED);
        return clear();
    }

    private void become(State next) {
        lock.lock();
        try {
            if (state != State.CLOSED) {
                state = next;
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Waits, but no longer than until it is closed: whether it is.
    boolean awaitClosed(Duration longest) {
        lock.lock();
        try {
            long left = longest.toNanos();
            while (state != State.CLOSED && left > 0) {
                left = changed.awaitNanos(left);
            }
            return state == State.CLOSED;
        } catch (InterruptedException interrupted) {
            return true;
        } finally {
            lock.unlock();
        }
    }
}
