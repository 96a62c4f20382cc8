package dev.berth.supervise.lifecycle;

import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.WorkerId;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// Plans as tests need them, with the policy `hash`.
public final class TrafficPlans {
    private TrafficPlans() {}

    /// With the whole share for each of these workers.
    public static TrafficPlan serving(Set<WorkerId> workers, Set<Integer> slots) {
        return serving(workers, slots, Set.of());
    }

    static TrafficPlan serving(Set<WorkerId> workers, Set<Integer> slots, Set<Integer> drained) {
        Map<WorkerId, Integer> shares =
                workers.stream().collect(Collectors.toMap(id -> id, _ -> Worker.FULL_PERCENT));
        Set<Integer> kept = new HashSet<>(slots);
        kept.addAll(drained);
        return new TrafficPlan(shares, slots, kept, new Policy.Hash(), Admission.OPEN);
    }

    /// Without a worker in service.
    public static TrafficPlan unserved(Set<Integer> slots, Admission admission) {
        return new TrafficPlan(Map.of(), slots, slots, new Policy.Hash(), admission);
    }

    static Action.Apply applies(Set<WorkerId> workers, Set<Integer> slots) {
        return new Action.Apply(serving(workers, slots));
    }
}
