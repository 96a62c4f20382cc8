package dev.berth.supervise.steering;

import dev.berth.bpf.Selection;
import dev.berth.bpf.SocketTable;
import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.lifecycle.TrafficPlan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/// Makes the tables of one group: which listener each entry names.
final class TableBuilder {
    /// How many connections load is planned ahead, per member and in total.
    private static final int AHEAD = 32;

    private static final int LEAST_AHEAD = 256;

    /// How many of each member's next connections are compared to see whether a plan still holds.
    private static final int ROUNDS = 2;

    private final SteeringSupport support;
    private final CpuPinning pinning;
    private ConsistentHash assignment;
    private List<HeldSocket> plan = List.of();
    private List<HeldSocket> candidates = List.of();
    private long planned;
    private int consumed;
    private long turns;

    /// @param pinning the CPU that each slot's worker is pinned to
    TableBuilder(SteeringSupport support, CpuPinning pinning) {
        this.support = support;
        this.pinning = pinning;
        assignment = ConsistentHash.empty(support.entries());
    }

    /// The table for the served members.
    SelectionTable table(List<HeldSocket> served, TrafficPlan traffic) {
        plan = List.of();
        if (served.isEmpty() || served.getFirst().key().own()) {
            return new SelectionTable(Selection.HASH, served);
        }
        return switch (traffic.policy()) {
            case Policy.Cpu cpu -> columns(served);
            case Policy.Source source -> consistent(served);
            case Policy.LeastLoaded least -> planned(served, traffic);
            case Policy.Hash _,
                    Policy.Random _,
                    Policy.RoundRobin _,
                    Policy.LeastConnections _,
                    Policy.Weighted _ ->
                    spread(served, traffic);
        };
    }

    private SelectionTable spread(List<HeldSocket> served, TrafficPlan traffic) {
        int[] places = WeightedSchedule.spread(weights(served, traffic), support.entries());
        return table(traffic.policy(), served, places);
    }

    private static double[] weights(List<HeldSocket> served, TrafficPlan traffic) {
        return ListenerShares.of(
                traffic.policy(),
                served.stream()
                        .map(HeldSocket::owner)
                        .map(id -> new ListenerShares.WeightEntry(id.slot(), traffic.percent(id)))
                        .toList());
    }

    private SelectionTable table(Policy policy, List<HeldSocket> served, int[] places) {
        return new SelectionTable(
                support.selection(policy), Arrays.stream(places).mapToObj(served::get).toList());
    }

    private SelectionTable columns(List<HeldSocket> served) {
        int[] cpus = served.stream().mapToInt(s -> pinning.cpu(s.owner().slot())).toArray();
        int[] places = WeightedSchedule.columns(cpus, SocketTable.cpus(), SocketTable.PLACES);
        return table(new Policy.Cpu(), served, places);
    }

    private SelectionTable consistent(List<HeldSocket> served) {
        TreeMap<Integer, List<HeldSocket>> bySlot = new TreeMap<>();
        for (HeldSocket socket : served) {
            bySlot.computeIfAbsent(socket.owner().slot(), _ -> new ArrayList<>()).add(socket);
        }
        int[] slots = bySlot.keySet().stream().mapToInt(Integer::intValue).toArray();
        assignment = assignment.next(slots);
        List<HeldSocket> places = new ArrayList<>();
        for (int slot : assignment.slots()) {
            List<HeldSocket> own = bySlot.getOrDefault(slot, served);
            places.add(own.get(places.size() % own.size()));
        }
        return new SelectionTable(support.selection(new Policy.Source()), places);
    }

    /// The plan for the next connections, from now on.
    private SelectionTable planned(List<HeldSocket> served, TrafficPlan traffic) {
        candidates = notStalled(served);
        int length = Math.clamp((long) AHEAD * candidates.size(), LEAST_AHEAD, SocketTable.PLACES);
        plan = next(candidates, traffic, length);
        planned = total(served);
        consumed = 0;
        return new SelectionTable(support.selection(traffic.policy()), plan);
    }

    /// A new plan, if the rest of the present one has changed or is too short; always if a member
    /// has stalled or recovered. The next entries do not show that: a member with many connections
    /// comes late in the plan.
    Optional<SelectionTable> replanned(List<HeldSocket> served, TrafficPlan traffic) {
        if (plan.isEmpty()) {
            return Optional.empty();
        }
        recordTurns((int) Math.min(Integer.MAX_VALUE, total(served) - planned));
        int soon = Math.min(plan.size() / 2, ROUNDS * served.size());
        boolean holds =
                candidates.equals(notStalled(served))
                        && consumed + soon <= plan.size()
                        && plan.subList(consumed, consumed + soon)
                                .equals(next(candidates, traffic, soon));
        return holds ? Optional.empty() : Optional.of(planned(served, traffic));
    }

    /// Records which members have got a connection since the plan was made.
    private void recordTurns(int until) {
        for (int i = consumed; i < Math.min(until, plan.size()); i++) {
            plan.get(i).load().turn(++turns);
        }
        consumed = Math.clamp(until, consumed, plan.size());
    }

    private static List<HeldSocket> next(List<HeldSocket> able, TrafficPlan traffic, int length) {
        double[] weights = weights(able, traffic);
        begin(able, weights);
        List<LeastLoadedSchedule.Candidate> bids = new ArrayList<>();
        for (int i = 0; i < weights.length; i++) {
            ListenerLoad load = able.get(i).load();
            bids.add(
                    new LeastLoadedSchedule.Candidate(load.connections(), weights[i], load.turn()));
        }
        return Arrays.stream(LeastLoadedSchedule.of(bids, length)).mapToObj(able::get).toList();
    }

    /// Starts the new members in proportion to their weights.
    private static void begin(List<HeldSocket> able, double[] weights) {
        double arrived = 0;
        double weight = 0;
        for (int i = 0; i < weights.length; i++) {
            ListenerLoad load = able.get(i).load();
            if (load.initialized()) {
                arrived += load.uncounted();
                weight += weights[i];
            }
        }
        for (int i = 0; i < weights.length; i++) {
            if (!able.get(i).load().initialized()) {
                able.get(i)
                        .load()
                        .initialize(weight > 0 ? Math.rint(arrived * weights[i] / weight) : 0);
            }
        }
    }

    /// The members that are not stalled; all if every one is.
    private static List<HeldSocket> notStalled(List<HeldSocket> served) {
        List<HeldSocket> able = served.stream().filter(s -> !s.load().stalled()).toList();
        return able.isEmpty() ? served : able;
    }

    private static long total(List<HeldSocket> served) {
        return served.stream().mapToLong(socket -> socket.load().steered()).sum();
    }
}
