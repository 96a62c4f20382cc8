package dev.berth.dispatch;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/// A group of interchangeable workers, some of them in service, and the connections that wait for
/// one of those.
final class Service implements ReceiveStallDetector.WatchedWorkers {
    private final LoadBalancer<WorkerEndpoint> balancer;
    private final DispatcherLimits limits;
    private final int most;
    private final Counters counters;
    private final Deque<AcceptedConnection> waiting = new ArrayDeque<>();
    private final AtomicInteger held;
    private final ReceiveStallDetector stallDetector;
    private boolean refuses;
    private boolean late;
    private volatile boolean ending;
    private int told;

    /// @param most how many connections may wait
    /// @param held the dispatcher's count of connections that it holds
    Service(
            DispatcherLimits limits,
            int most,
            Counters counters,
            Reactor reactor,
            AtomicInteger held) {
        this.balancer = new LoadBalancer<>(limits.window());
        this.limits = limits;
        this.most = most;
        this.counters = counters;
        this.held = held;
        stallDetector = new ReceiveStallDetector(reactor, this);
    }

    /// Whether it makes sense to accept a connection that may be for this service.
    boolean hasRoom() {
        return refuses || late || anyWorkerOpen();
    }

    private boolean anyWorkerOpen() {
        for (WorkerEndpoint endpoint : balancer.workers()) {
            if (endpoint.accepts()) {
                return true;
            }
        }
        return false;
    }

    /// Whether the policy needs the number of each worker's connections.
    boolean counts() {
        return balancer.policy() == BalancingPolicy.LEAST_CONNECTIONS;
    }

    @Override
    public List<WorkerEndpoint> served() {
        return balancer.workers();
    }

    void serve(Collection<WorkerEndpoint> members) {
        balancer.serve(members.stream().filter(endpoint -> !endpoint.gone()).toList());
        dispatchWaiting();
    }

    void steer(BalancingPolicy policy) {
        balancer.setPolicy(policy);
        dispatchWaiting();
    }

    /// Resets new and waiting connections, or lets them wait again.
    void setRefusing(boolean now) {
        refuses = now;
        while (refuses && !waiting.isEmpty()) {
            refuse(waiting.remove());
        }
        counted();
    }

    /// Announces that it is about to end: see [GracefulShutdown]. May be called by any thread.
    void end() {
        ending = true;
    }

    /// Whether connections may still arrive for its workers while it ends. May be called by any
    /// thread.
    boolean ending() {
        return ending;
    }

    /// Refuses connections that come from now on; those already waiting are served.
    void refuseNew() {
        late = true;
    }

    /// Records, while it ends, whether more connections may come for it.
    void moreMayCome(boolean more) {
        dispatchWaiting();
        if (balancer.workers().isEmpty()) {
            setRefusing(true);
        }
        ending = more && !late || !waiting.isEmpty();
    }

    /// Passes a connection to a worker; it waits if no worker has room.
    void dispatch(AcceptedConnection connection) {
        boolean first = waiting.isEmpty() || balancer.policy() == BalancingPolicy.SOURCE;
        if (refuses || late) {
            refuse(connection);
        } else if (!first || !passed(connection)) {
            keep(connection);
        }
    }

    private void keep(AcceptedConnection connection) {
        if (waiting.size() >= most && !ending) {
            refuse(connection);
        } else {
            waiting.add(connection);
            counted();
        }
    }

    private boolean passed(AcceptedConnection connection) {
        Optional<WorkerEndpoint> endpoint = balancer.choose(connection::client);
        boolean done = endpoint.isPresent() && endpoint.get().pass(connection);
        if (done) {
            counters.passed.incrementAndGet();
            stallDetector.watch(endpoint.get());
        }
        return done;
    }

    private void refuse(AcceptedConnection connection) {
        counters.refused.incrementAndGet();
        connection.reset();
    }

    /// Tries to place the waiting connections, in order; call when there may be room again.
    void dispatchWaiting() {
        Iterator<AcceptedConnection> next = waiting.iterator();
        while (next.hasNext() && anyWorkerOpen()) {
            if (passed(next.next())) {
                next.remove();
            }
        }
        counted();
    }

    /// Handles a worker's departure; connections that it had not received go to the head of the
    /// queue.
    void left(WorkerEndpoint endpoint, Deque<AcceptedConnection> untaken) {
        List<WorkerEndpoint> others = new ArrayList<>(balancer.workers());
        if (others.remove(endpoint)) {
            balancer.serve(others);
        }
        requeue(untaken);
    }

    private void requeue(Deque<AcceptedConnection> untaken) {
        counters.requeued.addAndGet(untaken.size());
        untaken.reversed().forEach(waiting::addFirst);
        if (refuses) {
            setRefusing(true);
        }
        dispatchWaiting();
    }

    /// Not under source, where a client waits for its own worker, nor with hardly a descriptor
    /// left: a connection taken back without a free descriptor is lost.
    @Override
    public boolean movable(WorkerEndpoint from) {
        boolean home =
                balancer.policy() == BalancingPolicy.SOURCE && balancer.workers().contains(from);
        return !home && held.get() + limits.window() <= limits.connections();
    }

    @Override
    public void takeBack(WorkerEndpoint from) {
        requeue(from.recall());
    }

    private void counted() {
        counters.waiting.addAndGet(waiting.size() - told);
        told = waiting.size();
    }

    void close() {
        waiting.forEach(AcceptedConnection::reset);
        waiting.clear();
    }
}
