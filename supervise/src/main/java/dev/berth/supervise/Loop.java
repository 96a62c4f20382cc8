package dev.berth.supervise;

import dev.berth.sys.Descriptors;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.Poll;

import java.io.IOException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/// The owner thread's poll loop: descriptors to watch, things to do later, and work from other
/// threads.
///
/// Only [#post] may be called from other threads.
final class Loop implements AutoCloseable {
    private static final short WANTED = Poll.POLLIN;

    private final Map<Integer, Runnable> readers = new HashMap<>();
    private final PriorityQueue<Later> later =
            new PriorityQueue<>(
                    Comparator.comparingLong(Later::due).thenComparingLong(Later::order));
    private final Queue<Runnable> posted = new ConcurrentLinkedQueue<>();
    private final Fd wake;
    private int[] fds = new int[0];
    private short[] events = new short[0];
    private short[] ready = new short[0];
    private boolean changed = true;
    private long order;

    private record Later(long due, long order, Runnable work) {}

    Loop() throws ErrnoException {
        long fd = Descriptors.eventfd(0, Descriptors.EFD_CLOEXEC | Descriptors.EFD_NONBLOCK);
        wake = new Fd((int) ErrnoException.check("eventfd", "", fd));
        watch(wake, this::drainWake);
    }

    /// Milliseconds of the clock that all deadlines are in.
    static long now() {
        return System.nanoTime() / 1_000_000;
    }

    /// Calls `reader` whenever `fd` is readable or at its end, until [#forget].
    void watch(Fd fd, Runnable reader) {
        readers.put(fd.number(), reader);
        changed = true;
    }

    void forget(Fd fd) {
        if (fd.isOpen() && readers.remove(fd.number()) != null) {
            changed = true;
        }
    }

    void after(long millis, Runnable work) {
        later.add(new Later(now() + millis, order++, work));
    }

    /// From any thread: `work` is done by the owner thread, soon.
    void post(Runnable work) {
        posted.add(work);
        byte[] one = {1, 0, 0, 0, 0, 0, 0, 0};
        Descriptors.write(wake.number(), one, 0, one.length);
    }

    /// Waits until something is to be done, at most until `deadline`, and does it.
    void turn(long deadline) throws IOException {
        rebuild();
        long due = later.isEmpty() ? deadline : Math.min(deadline, later.peek().due());
        long wait = due == Worker.NEVER ? -1 : Math.clamp(due - now(), 0, 3_600_000);
        int count = Poll.poll(fds, events, ready, fds.length, (int) wait);
        ErrnoException.check("poll", "", count);
        if (count > 0) {
            read();
        }
        Runnable work;
        while ((work = posted.poll()) != null) {
            work.run();
        }
        long now = now();
        while (!later.isEmpty() && later.peek().due() <= now) {
            later.remove().work().run();
        }
    }

    private void read() {
        int[] polled = fds;
        for (int i = 0; i < polled.length; i++) {
            Runnable reader = ready[i] == 0 ? null : readers.get(polled[i]);
            if (reader != null) {
                reader.run();
            }
        }
    }

    private void rebuild() {
        if (!changed) {
            return;
        }
        changed = false;
        fds = readers.keySet().stream().mapToInt(Integer::intValue).toArray();
        events = new short[fds.length];
        java.util.Arrays.fill(events, WANTED);
        ready = new short[fds.length];
    }

    private void drainWake() {
        byte[] count = new byte[8];
        Descriptors.read(wake.number(), count, 0, count.length);
    }

    @Override
    public void close() {
        wake.close();
    }
}
