package dev.berth.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;

/// An open-loop load: requests arrive on schedule, whether or not earlier ones have been answered.
/// Each has a connection of its own, and its wait counts from the time when it was due.
final class OpenLoop {
    private OpenLoop() {}

    /// A request that was answered. **Units:** [System#nanoTime()].
    ///
    /// @param dueNanos when it was due
    /// @param begunNanos when it started
    record Arrival(long dueNanos, long begunNanos, long endNanos, int pid) {}

    /// @param failures the errors of the unanswered requests
    record Result(List<Arrival> arrivals, List<IOException> failures) {
        Result {
            arrivals = List.copyOf(arrivals);
            failures = List.copyOf(failures);
        }

        Latencies latencies() {
            return new Latencies(
                    arrivals.stream()
                            .mapToInt(a -> (int) ((a.endNanos() - a.dueNanos()) / 1_000))
                            .toArray());
        }
    }

    /// Sends `perSecond` requests per second to `port` for `millis`.
    static Result run(int port, int perSecond, long millis) {
        var arrivals = new ConcurrentLinkedQueue<Arrival>();
        var failures = new ConcurrentLinkedQueue<IOException>();
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            long from = System.nanoTime();
            long count = perSecond * millis / 1_000;
            for (long number = 0; number < count; number++) {
                long due = from + number * 1_000_000_000L / perSecond;
                for (long now; (now = System.nanoTime()) < due; ) {
                    LockSupport.parkNanos(due - now);
                }
                clients.execute(
                        () -> {
                            long begun = System.nanoTime();
                            try {
                                int pid = OneShot.pid(port);
                                arrivals.add(new Arrival(due, begun, System.nanoTime(), pid));
                            } catch (IOException failed) {
                                failures.add(failed);
                            }
                        });
            }
        }
        return new Result(new ArrayList<>(arrivals), new ArrayList<>(failures));
    }
}
