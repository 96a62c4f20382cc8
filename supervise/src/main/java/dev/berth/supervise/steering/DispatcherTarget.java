package dev.berth.supervise.steering;

import dev.berth.dispatch.BalancingPolicy;
import dev.berth.dispatch.Dispatcher;
import dev.berth.dispatch.ListenerStats;
import dev.berth.dispatch.WorkerEndpoint;
import dev.berth.dispatch.WorkerEndpointCallback;
import dev.berth.dispatch.WorkerSocketPair;
import dev.berth.net.ListenAddress;
import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.Status;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.lifecycle.Admission;
import dev.berth.supervise.lifecycle.TrafficPlan;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/// The workers as members of a service of a dispatcher, which accepts connections for them.
///
/// **Ownership:** the dispatcher belongs to the caller, and may have other services.
public final class DispatcherTarget implements TrafficTarget {
    private final Dispatcher dispatcher;
    private final String service;
    private final Map<WorkerId, DispatchedWorker> places = new HashMap<>();
    private TrafficPlan plan = TrafficPlan.initial(new Policy.RoundRobin());
    private boolean ends;

    /// @param service the service of `dispatcher` that the workers make up
    public DispatcherTarget(Dispatcher dispatcher, String service) {
        this.dispatcher = dispatcher;
        this.service = service;
    }

    private static final class DispatchedWorker {
        final WorkerEndpoint endpoint;
        boolean ready;

        DispatchedWorker(WorkerEndpoint endpoint) {
            this.endpoint = endpoint;
        }
    }

    /// Adds a worker that is about to start.
    ///
    /// @param owner runs what it is given on the supervisor's thread
    /// @param ready is called there when the worker takes connections
    /// @param gone is called there, with the reason, when the worker no longer talks to the
    ///   dispatcher
    /// @return the worker's end of the socket pair; the caller's
    public Fd join(
            WorkerId id,
            Consumer<Runnable> owner,
            Consumer<WorkerId> ready,
            BiConsumer<WorkerId, String> gone)
            throws ErrnoException {
        WorkerSocketPair pair = WorkerSocketPair.open();
        Fd worker = pair.forWorker();
        WorkerEndpointCallback callback =
                new WorkerEndpointCallback() {
                    @Override
                    public void ready() {
                        owner.accept(() -> heard(id, true, () -> ready.accept(id)));
                    }

                    @Override
                    public void gone(String why) {
                        owner.accept(() -> heard(id, false, () -> gone.accept(id, why)));
                    }
                };
        places.put(id, new DispatchedWorker(dispatcher.join(service, id.slot(), pair, callback)));
        if (plan.workers().contains(id)) {
            dispatcher.serve(service, endpoints(plan.workers()));
        }
        return worker;
    }

    private void heard(WorkerId id, boolean ready, Runnable tell) {
        DispatchedWorker place = places.get(id);
        if (place != null) {
            place.ready = ready;
            tell.run();
        }
    }

    /// Whether the worker has reported that it takes connections, and still can.
    public boolean ready(WorkerId id) {
        DispatchedWorker place = places.get(id);
        return place != null && place.ready;
    }

    /// Connections that were passed to the worker and that it has not taken yet. At the end of the
    /// service the result is higher as long as some may be on their way to it.
    public int notReceived(WorkerId id) {
        DispatchedWorker place = places.get(id);
        boolean more = ends && dispatcher.ending(service);
        return place == null ? 0 : place.endpoint.pending() + (more ? 1 : 0);
    }

    /// Whether a worker in service has taken nothing for [#STALLED] although something waits for
    /// it.
    public boolean stalled(int slot) {
        return plan.workers().stream().anyMatch(id -> id.slot() == slot && stalled(id));
    }

    /// The same for one worker.
    public boolean stalled(WorkerId id) {
        DispatchedWorker place = places.get(id);
        return plan.workers().contains(id)
                && place != null
                && place.endpoint.idle().compareTo(STALLED) >= 0;
    }

    /// Tells a worker that no more connections will come; this is final.
    public void announceNoMore(WorkerId id) {
        DispatchedWorker place = places.get(id);
        if (place != null) {
            dispatcher.drain(place.endpoint);
        }
    }

    @Override
    public void apply(TrafficPlan next) {
        TrafficPlan before = plan;
        plan = next;
        if (!next.policy().equals(before.policy())) {
            dispatcher.steer(service, choice(next.policy()));
        }
        if (next.admission() == Admission.CLOSING) {
            end(before);
            return;
        }
        if (!next.workers().equals(before.workers())) {
            dispatcher.serve(service, endpoints(next.workers()));
        }
        if (refuses(next) != refuses(before)) {
            dispatcher.setRefusing(service, refuses(next));
        }
    }

    /// The workers in service continue with the connections that are there. Without such a worker
    /// those are refused.
    private void end(TrafficPlan before) {
        if (before.admission() == Admission.CLOSING) {
            return;
        }
        ends = !before.workers().isEmpty();
        if (ends) {
            dispatcher.end(service);
        } else {
            dispatcher.setRefusing(service, true);
        }
    }

    private static boolean refuses(TrafficPlan plan) {
        return plan.admission() == Admission.REFUSE || plan.admission() == Admission.SHED;
    }

    private List<WorkerEndpoint> endpoints(Set<WorkerId> workers) {
        return workers.stream()
                .map(places::get)
                .filter(Objects::nonNull)
                .map(place -> place.endpoint)
                .toList();
    }

    @Override
    public void closeSockets(WorkerId id) {
        DispatchedWorker place = places.remove(id);
        if (place != null) {
            dispatcher.remove(place.endpoint);
        }
    }

    /// The dispatcher passes the connections on once the worker has ended.
    @Override
    public void moveQueue(WorkerId id) {
        announceNoMore(id);
    }

    /// Brings the answer of [#served] up to date, a moment later.
    public void recount(WorkerId id) {
        Optional.ofNullable(places.get(id)).ifPresent(place -> place.endpoint.recount());
    }

    /// Whether the worker has taken connections.
    public boolean served(WorkerId id) {
        DispatchedWorker place = places.get(id);
        return place != null && place.endpoint.passed() > place.endpoint.pending();
    }

    /// The connections that it had not taken go to other workers at once.
    @Override
    public void keepQueue(WorkerId id) {
        closeSockets(id);
    }

    /// Where the dispatcher listens.
    public List<ListenAddress> addresses() {
        return dispatcher.listenerStats().stream().map(ListenerStats::address).toList();
    }

    /// The sockets of a slot, one per listener; the first one reports the connections passed.
    public List<Status.SocketStatus> sockets(int slot) {
        List<Status.SocketStatus> sockets = new ArrayList<>();
        places.forEach(
                (id, place) -> {
                    OptionalLong passed = OptionalLong.of(place.endpoint.passed());
                    for (ListenerStats listener :
                            id.slot() == slot
                                    ? dispatcher.listenerStats()
                                    : List.<ListenerStats>of()) {
                        sockets.add(socket(id, listener, passed));
                        passed = OptionalLong.empty();
                    }
                });
        return sockets;
    }

    private static Status.SocketStatus socket(
            WorkerId id, ListenerStats listener, OptionalLong passed) {
        return new Status.SocketStatus(
                listener.address().toString(),
                id.generation(),
                OptionalLong.empty(),
                OptionalInt.of(listener.queue()),
                OptionalInt.of(listener.backlog()),
                OptionalLong.empty(),
                passed,
                OptionalDouble.empty());
    }

    /// Why a dispatcher cannot choose by `policy`; empty if it can.
    static Optional<String> refusal(Policy policy) {
        return Policy.ofDispatcher().contains(policy)
                ? Optional.empty()
                : Optional.of(
                        policy.word()
                                + " is not available: with --share dispatch, use round-robin,"
                                + " least-connections or source");
    }

    static BalancingPolicy choice(Policy policy) {
        return switch (policy) {
            case Policy.RoundRobin _ -> BalancingPolicy.ROUND_ROBIN;
            case Policy.LeastConnections _ -> BalancingPolicy.LEAST_CONNECTIONS;
            case Policy.Source _ -> BalancingPolicy.SOURCE;
            case Policy.Hash _,
                    Policy.Random _,
                    Policy.Cpu _,
                    Policy.LeastLoaded _,
                    Policy.Weighted _ ->
                    throw new IllegalArgumentException("not checked: policy=" + policy.word());
        };
    }
}
