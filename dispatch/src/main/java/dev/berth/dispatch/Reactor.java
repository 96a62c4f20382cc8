package dev.berth.dispatch;

import dev.berth.sys.Descriptors;
import dev.berth.sys.Epoll;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/// The event loop of the dispatcher's thread: ready descriptors, timers, and tasks posted by other
/// threads.
///
/// Only [#post] may be called by other threads.
///
/// **Ownership:** owns its epoll set and wake-up descriptor, but none of the descriptors being
/// watched.
final class Reactor implements AutoCloseable {
    private static final int BATCH = 256;

    private final Fd set;
    private final Fd wake;
    private final Map<Integer, IntConsumer> sources = new HashMap<>();
    private final PriorityQueue<Timer> timers = new PriorityQueue<>();
    private final Queue<Runnable> posted = new ArrayDeque<>();
    private final Consumer<Throwable> failed;
    private final int[] events = new int[BATCH];
    private final long[] data = new long[BATCH];
    private boolean closed;

    /// @param failed receives what a callback threw
    Reactor(Consumer<Throwable> failed) throws ErrnoException {
        this.failed = failed;
        set = Fd.of("epoll_create1", "", Epoll.epollCreate1(Epoll.EPOLL_CLOEXEC));
        try {
            int flags = Descriptors.EFD_NONBLOCK | Descriptors.EFD_CLOEXEC;
            wake = Fd.of("eventfd", "", Descriptors.eventfd(0, flags));
            ErrnoException.check("epoll_ctl", "eventfd", add(wake.number(), Epoll.EPOLLIN));
        } catch (ErrnoException none) {
            set.close();
            throw none;
        }
    }

    private record Timer(long due, Runnable action) implements Comparable<Timer> {
        @Override
        public int compareTo(Timer other) {
            return Long.signum(due - other.due);
        }
    }

    static long now() {
        return System.nanoTime();
    }

    /// From now on calls `ready` with the events whenever one of the wanted events has occurred.
    void watch(int fd, int wanted, IntConsumer ready) throws ErrnoException {
        ErrnoException.check("epoll_ctl", "fd " + fd, add(fd, wanted));
        sources.put(fd, ready);
    }

    private int add(int fd, int wanted) {
        return Epoll.epollCtl(set.number(), Epoll.EPOLL_CTL_ADD, fd, wanted, fd);
    }

    /// Changes the wanted events of a watched descriptor; 0 for none.
    void change(int fd, int wanted) {
        Epoll.epollCtl(set.number(), Epoll.EPOLL_CTL_MOD, fd, wanted, fd);
    }

    /// Stops watching a descriptor. Call this before a watched descriptor is closed or passed on.
    void forget(int fd) {
        if (sources.remove(fd) != null) {
            Epoll.epollCtl(set.number(), Epoll.EPOLL_CTL_DEL, fd, 0, 0);
        }
    }

    /// Calls `action` at `due`, a time of [#now].
    void at(long due, Runnable action) {
        timers.add(new Timer(due, action));
    }

    /// Runs this soon on the loop's thread; false if the loop has ended.
    boolean post(Runnable action) {
        synchronized (posted) {
            if (closed) {
                return false;
            }
            posted.add(action);
            if (posted.size() == 1) {
                Descriptors.write(wake.number(), new byte[] {1, 1, 1, 1, 1, 1, 1, 0}, 0, 8);
            }
            return true;
        }
    }

    private void runPosted() {
        Runnable next;
        while ((next = nextPosted()) != null) {
            guarded(next);
        }
    }

    private @Nullable Runnable nextPosted() {
        synchronized (posted) {
            return posted.poll();
        }
    }

    /// Waits for events and handles them: posted tasks first, so that they apply to every
    /// connection that came later.
    void turn() {
        int count = Epoll.epollWait(set.number(), events, data, untilNextTimer());
        if (woken(count)) {
            // Drained before the posted tasks are taken: tasks posted later wake the loop again.
            Descriptors.read(wake.number(), new byte[8], 0, 8);
        }
        runPosted();
        for (int i = 0; i < count; i++) {
            IntConsumer ready = sources.get((int) data[i]);
            int found = events[i];
            if (ready != null) {
                guarded(() -> ready.accept(found));
            }
        }
        long now = now();
        while (!timers.isEmpty() && timers.peek().due() - now <= 0) {
            guarded(timers.remove().action());
        }
    }

    private boolean woken(int count) {
        for (int i = 0; i < count; i++) {
            if (data[i] == wake.number()) {
                return true;
            }
        }
        return false;
    }

    private int untilNextTimer() {
        if (timers.isEmpty()) {
            return -1;
        }
        long nanos = timers.peek().due() - now();
        return Math.clamp((nanos + 999_999) / 1_000_000, 0, 60_000);
    }

    private void guarded(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException | Error unexpected) {
            failed.accept(unexpected);
        }
    }

    /// Accepts no more posted tasks.
    void stop() {
        synchronized (posted) {
            closed = true;
            posted.clear();
        }
    }

    /// Call from the loop's thread, or once it has ended.
    @Override
    public void close() {
        stop();
        wake.close();
        set.close();
    }
}
