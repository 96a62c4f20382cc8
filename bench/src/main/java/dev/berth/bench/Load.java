package dev.berth.bench;

import dev.berth.bench.ClientConnection.IncidentException;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/// A running load client: one thread per client, each with one connection at a time.
///
/// After a request that found its kept connection closed, the next one opens a new connection, as
/// any client would. Times are taken with [System#nanoTime()].
final class Load implements AutoCloseable {
    /// A refused connect returns at once; without a pause a client would spin.
    private static final long PAUSE_AFTER_FAILURE_NANOS = 1_000_000;

    private final LoadPlan plan;
    private final AtomicBoolean stopping = new AtomicBoolean();
    private final AtomicLong started = new AtomicLong();
    private final List<Tally> tallies = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final long beginNanos = System.nanoTime();

    private Load(LoadPlan plan) {
        this.plan = plan;
    }

    /// Starts `plan`. **Ownership:** the caller ends it with [#finish()] or [#close()].
    static Load start(LoadPlan plan) {
        var load = new Load(plan);
        for (int i = 0; i < plan.clients(); i++) {
            var tally = new Tally();
            load.tallies.add(tally);
            load.threads.add(
                    Thread.ofPlatform().daemon().name("client-" + i).start(() -> load.run(tally)));
        }
        return load;
    }

    /// Runs `plan` until it reaches its limits.
    static LoadResult run(LoadPlan plan) {
        try (Load load = start(plan)) {
            load.join();
            return load.finish();
        }
    }

    /// The number of requests started so far.
    long requests() {
        return Math.min(started.get(), plan.limits().maxRequests());
    }

    /// Lets each client finish its request, and adds up the results.
    LoadResult finish() {
        stopping.set(true);
        join();
        return Tally.sum(tallies, System.nanoTime() - beginNanos);
    }

    @Override
    public void close() {
        stopping.set(true);
        join();
    }

    private void join() {
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                stopping.set(true);
                Thread.currentThread().interrupt();
            }
        }
    }

    private void run(Tally tally) {
        while (mayBegin()) {
            connection(tally);
        }
    }

    private boolean mayBegin() {
        return !stopping.get()
                && System.nanoTime() - beginNanos < plan.limits().duration().toNanos()
                && started.get() < plan.limits().maxRequests();
    }

    /// Claims one request and waits until it is due.
    private boolean begin() {
        if (!mayBegin()) {
            return false;
        }
        long number = started.getAndIncrement();
        int rate = plan.limits().ratePerSecond();
        if (rate > 0) {
            long due = beginNanos + number * 1_000_000_000L / rate;
            for (long now = System.nanoTime(); now < due && !stopping.get(); ) {
                LockSupport.parkNanos(due - now);
                now = System.nanoTime();
            }
        }
        return number < plan.limits().maxRequests();
    }

    private void connection(Tally tally) {
        if (!begin()) {
            return;
        }
        long from = System.nanoTime();
        try (ClientConnection connection = ClientConnection.open(plan)) {
            boolean open = request(connection, from, tally);
            while (open && connection.answered() < plan.requestsPerConnection() && begin()) {
                open = request(connection, System.nanoTime(), tally);
            }
        } catch (IncidentException e) {
            tally.failed(e.failure());
            if (e.failure().outcome().failed()) {
                LockSupport.parkNanos(PAUSE_AFTER_FAILURE_NANOS);
            }
        }
    }

    /// Makes one request; returns whether the connection accepts another.
    private boolean request(ClientConnection connection, long fromNanos, Tally tally)
            throws IncidentException {
        boolean last = connection.answered() + 1 >= plan.requestsPerConnection();
        HttpAnswer answer = connection.get(plan.path(), last);
        if (answer.status() == 200) {
            tally.answered(answer, System.nanoTime() - fromNanos);
        } else {
            tally.failed(connection.badStatus(answer));
        }
        return answer.keeps();
    }
}
