package dev.berth.supervise.process;

import dev.berth.sys.Descriptors;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.Poll;

import java.io.IOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/// The owner thread's poll loop: watched descriptors, timed work, and work from other threads.
///
/// Only [#post] may be called from other threads.
public final class EventLoop implements AutoCloseable {
    /// The deadline that never comes.
    static final long NEVER = Long.MAX_VALUE;

    private static final short WANTED = Poll.POLLIN;
    private static final int LONGEST_WAIT_MILLIS = 3_600_000;

    /// The pause after a failure: work that fails again and again must not use up the CPU.
    private static final long PAUSE_NANOS = 10_000_000;

    /// The pause before a retry of work that failed for lack of memory or a thread.
    private static final long AGAIN_MILLIS = 200;

    private final Map<Integer, Runnable> readers = new HashMap<>();
    private final PriorityQueue<ScheduledTask> later =
            new PriorityQueue<>(
                    Comparator.comparingLong(ScheduledTask::due)
                            .thenComparingLong(ScheduledTask::order));
    private final Queue<Runnable> posted = new ConcurrentLinkedQueue<>();
    private final Clock clock;
    private final FailureReporter reporter;
    private final Fd wake;
    private int[] fds = new int[0];
    private Runnable[] watchers = new Runnable[0];
    private short[] events = new short[0];
    private short[] ready = new short[0];
    private boolean changed = true;
    private long order;

    private record ScheduledTask(long due, long order, Runnable work) {}

    /// @param complaints is passed a message when a piece of work throws something unexpected
    public EventLoop(Consumer<String> complaints, Clock clock) throws ErrnoException {
        this.clock = clock;
        reporter = new FailureReporter(complaints, clock);
        long fd = Descriptors.eventfd(0, Descriptors.EFD_CLOEXEC | Descriptors.EFD_NONBLOCK);
        wake = new Fd((int) ErrnoException.check("eventfd", "", fd));
        watch(wake, this::drainWake);
    }

    /// The current time in milliseconds, on the clock of all deadlines. May be called from any
    /// thread.
    public long now() {
        return clock.millis();
    }

    /// The same in nanoseconds.
    public long nanos() {
        return clock.nanos();
    }

    /// Calls `reader` whenever `fd` is readable or at its end, until [#forget]. At its end, with
    /// nothing left to read, it is forgotten after the call.
    public void watch(Fd fd, Runnable reader) {
        readers.put(fd.number(), reader);
        changed = true;
    }

    /// Call this before `fd` is closed.
    public void forget(Fd fd) {
        if (fd.isOpen() && readers.remove(fd.number()) != null) {
            changed = true;
        }
    }

    /// Runs `work` in [#turn] after `millis` milliseconds.
    public void after(long millis, Runnable work) {
        at(now() + millis, work);
    }

    /// Runs `work` repeatedly, every `millis` milliseconds, whether or not it fails.
    public void every(long millis, Runnable work) {
        after(
                millis,
                () -> {
                    every(millis, work);
                    guarded(work);
                });
    }

    /// Runs `work` when [#now] is `due`; work that is due at the same time runs in the order of the
    /// calls.
    void at(long due, Runnable work) {
        later.add(new ScheduledTask(due, order++, work));
    }

    /// Has the owner thread run `work`, soon; in [#close] at the latest. May be called from any
    /// thread.
    ///
    /// @return false: the loop is closed, and the work is not done
    public boolean post(Runnable work) {
        synchronized (posted) {
            if (!wake.isOpen()) {
                return false;
            }
            posted.add(work);
            byte[] one = {1, 0, 0, 0, 0, 0, 0, 0};
            Descriptors.write(wake.number(), one, 0, one.length);
            return true;
        }
    }

    /// Waits until something is to be done, at most until `deadline`, and does it.
    ///
    /// Never throws what a piece of work throws. Work that failed for lack of memory or a thread is
    /// retried from its beginning; a reader is called again anyway.
    public void turn(long deadline) {
        try {
            turnOnce(deadline);
        } catch (IOException | RuntimeException | Error failed) {
            failed(failed, "poll");
        }
    }

    private void turnOnce(long deadline) throws IOException {
        rebuild();
        int count = Poll.poll(fds, events, ready, fds.length, patience(deadline));
        ErrnoException.check("poll", "", count);
        if (count > 0) {
            read();
        }
        runPosted();
        long now = now();
        while (!later.isEmpty() && later.peek().due() <= now) {
            again(later.remove().work());
        }
    }

    private void again(Runnable work) {
        if (!guarded(work)) {
            after(AGAIN_MILLIS, work);
        }
    }

    /// Runs `work` and catches whatever it throws, which must not end the thread that holds every
    /// socket.
    ///
    /// @return false: it failed for lack of memory or a thread, so that it is worth another try
    public boolean guarded(Runnable work) {
        try {
            work.run();
            return true;
        } catch (RuntimeException | Error failed) {
            failed(failed, "");
            return !(failed instanceof OutOfMemoryError);
        }
    }

    /// Reports, now and then, that something failed, and waits a moment.
    ///
    /// @param where what was being done; may be empty
    public void failed(Throwable failed, String where) {
        report(failed, where);
        LockSupport.parkNanos(PAUSE_NANOS);
    }

    /// The same for work that is not retried at once: does not wait.
    public void report(Throwable failed, String where) {
        reporter.report(failed, where);
    }

    private int patience(long deadline) {
        long due = later.isEmpty() ? deadline : Math.min(deadline, later.peek().due());
        return due == NEVER ? -1 : Math.clamp(due - now(), 0, LONGEST_WAIT_MILLIS);
    }

    private void runPosted() {
        Runnable work;
        while ((work = posted.poll()) != null) {
            again(work);
        }
    }

    /// A reader may forget and close any descriptor, and watch others. So each reader is looked up
    /// again before its call, and a number that belongs to another descriptor by now is left alone.
    private void read() {
        for (int i = 0; i < fds.length; i++) {
            if (ready[i] == 0 || !watchers[i].equals(readers.get(fds[i]))) {
                continue;
            }
            guarded(watchers[i]);
            boolean readable = (ready[i] & WANTED) != 0;
            if (!readable && readers.remove(fds[i], watchers[i])) {
                changed = true;
            }
        }
    }

    private void rebuild() {
        if (!changed) {
            return;
        }
        int count = readers.size();
        fds = new int[count];
        watchers = new Runnable[count];
        events = new short[count];
        ready = new short[count];
        Arrays.fill(events, WANTED);
        int at = 0;
        for (Map.Entry<Integer, Runnable> entry : readers.entrySet()) {
            fds[at] = entry.getKey();
            watchers[at++] = entry.getValue();
        }
        changed = false;
    }

    private void drainWake() {
        byte[] count = new byte[Long.BYTES];
        Descriptors.read(wake.number(), count, 0, count.length);
    }

    /// Closing twice is harmless. Watched descriptors are closed by their owners.
    @Override
    public void close() {
        synchronized (posted) {
            wake.close();
        }
        runPosted();
    }
}
