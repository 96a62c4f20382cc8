package dev.berth.supervise.lifecycle;

import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.WorkerId;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// The workers and slots that get new connections and datagrams. The plan follows from the state
/// alone, and is everything that a target has to know. It does not depend on earlier plans, so it
/// can be applied again, or to a new target, at any time.
///
/// @param shares the workers in service, and how much of its share each gets, in percent
/// @param datagrams the slots that get datagrams, whether or not they have a worker at present
/// @param kept the slots in which what is queued is kept for the next worker; drained slots are
///   among them
/// @param policy decides which worker in service gets the next connection
public record TrafficPlan(
        Map<WorkerId, Integer> shares,
        Set<Integer> datagrams,
        Set<Integer> kept,
        Policy policy,
        Admission admission) {
    public TrafficPlan {
        shares = Map.copyOf(shares);
        datagrams = Set.copyOf(datagrams);
        kept = Set.copyOf(kept);
    }

    /// The plan of a service without slots, before its start.
    public static TrafficPlan initial(Policy policy) {
        return new TrafficPlan(Map.of(), Set.of(), Set.of(), policy, Admission.STARTING);
    }

    static TrafficPlan of(ServiceState state) {
        Map<WorkerId, Integer> shares = new HashMap<>();
        Set<Integer> datagrams = new HashSet<>();
        Set<Integer> kept = new HashSet<>();
        for (Slot slot : state.slots()) {
            if (slot.goal() != Slot.Goal.LEAVE) {
                kept.add(slot.index());
            }
            if (slot.goal() == Slot.Goal.RUN) {
                slot.ready().ifPresent(worker -> shares.put(worker.id(), worker.percent()));
                if (slot.history().wasEverReady()) {
                    datagrams.add(slot.index());
                }
            }
        }
        Traffic traffic = state.traffic();
        Admission admission = traffic.admission(!shares.isEmpty());
        return new TrafficPlan(shares, datagrams, kept, traffic.wanted(), admission);
    }

    /// The workers in service.
    public Set<WorkerId> workers() {
        return shares.keySet();
    }

    /// How much of its share the worker gets, in percent.
    public int percent(WorkerId worker) {
        return shares.getOrDefault(worker, Worker.FULL_PERCENT);
    }

    /// The same with another policy.
    public TrafficPlan withPolicy(Policy next) {
        return new TrafficPlan(shares, datagrams, kept, next, admission);
    }
}
