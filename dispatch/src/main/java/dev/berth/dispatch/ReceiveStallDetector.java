package dev.berth.dispatch;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Checks every few milliseconds whether a service's workers receive what is queued for them, as
/// long as anything is queued.
///
/// The queue of a stalled worker is taken back as soon as another worker has received everything
/// passed to it and so is likely to be free.
final class ReceiveStallDetector {
    private static final long CHECK_NANOS = 15_000_000;

    private final Reactor reactor;
    private final WatchedWorkers work;
    private final Set<WorkerEndpoint> owing = new LinkedHashSet<>();
    private boolean planned;

    /// The service being watched.
    interface WatchedWorkers {
        /// The workers that get new connections.
        Collection<WorkerEndpoint> served();

        /// Whether connections queued for a worker may go to another one.
        boolean movable(WorkerEndpoint from);

        /// Gives the worker's queued connections to others.
        void takeBack(WorkerEndpoint from);
    }

    ReceiveStallDetector(Reactor reactor, WatchedWorkers work) {
        this.reactor = reactor;
        this.work = work;
    }

    /// Starts watching this worker: something has been queued for it.
    void watch(WorkerEndpoint endpoint) {
        if (owing.add(endpoint) && !planned) {
            plan();
        }
    }

    private void plan() {
        planned = true;
        reactor.at(Reactor.now() + CHECK_NANOS, this::check);
    }

    private void check() {
        planned = false;
        owing.removeIf(endpoint -> !endpoint.checkStall());
        for (WorkerEndpoint slow : List.copyOf(owing)) {
            if (slow.stalled() && slow.hasUnreceived() && work.movable(slow) && anyFree()) {
                work.takeBack(slow);
            }
        }
        if (!owing.isEmpty() && !planned) {
            plan();
        }
    }

    private boolean anyFree() {
        for (WorkerEndpoint endpoint : work.served()) {
            if (!owing.contains(endpoint) && endpoint.accepts()) {
                return true;
            }
        }
        return false;
    }
}
