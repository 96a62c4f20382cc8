package dev.berth.supervise.steering;

import dev.berth.net.Protocol;
import dev.berth.supervise.lifecycle.Admission;
import dev.berth.supervise.lifecycle.TrafficPlan;

import java.util.List;
import java.util.Set;

/// Which members of a group may get new connections at present: those of workers in service, unless
/// all are refused or the workers are at their limit.
///
/// @param full the slots whose workers have reached their limit of connections
record EligibleListeners(TrafficPlan plan, Set<Integer> full) {
    EligibleListeners {
        full = Set.copyOf(full);
    }

    /// Whether clients wait for a worker to come into service.
    boolean clientsWait() {
        return plan.admission() == Admission.WAIT;
    }

    /// The members of a group that get new connections.
    List<HeldSocket> served(GroupKey key, List<HeldSocket> members) {
        if (key.own()) {
            return newest(members);
        }
        if (plan.admission() == Admission.SHED) {
            return List.of();
        }
        if (key.protocol() == Protocol.UDP) {
            return members.stream()
                    .filter(s -> plan.datagrams().contains(s.owner().slot()))
                    .toList();
        }
        List<HeldSocket> served =
                members.stream().filter(s -> inService(s) ? !full(s) : orphanServed(s)).toList();
        boolean fresh = served.isEmpty() && members.stream().noneMatch(this::inService);
        return fresh ? members.stream().filter(this::replacesServed).toList() : served;
    }

    private boolean full(HeldSocket socket) {
        return full.contains(socket.owner().slot());
    }

    /// Whether its worker is to replace one that is in service. On an address that no worker in
    /// service has, it is the only listener, and waiting for it is better than being refused.
    private boolean replacesServed(HeldSocket socket) {
        return !socket.orphan()
                && !socket.stopping()
                && plan.workers().stream()
                        .anyMatch(
                                old ->
                                        old.slot() == socket.owner().slot()
                                                && old.generation() < socket.owner().generation());
    }

    /// Whether it is the listener of a dead worker that keeps connections for a successor while no
    /// worker is in service.
    private boolean orphanServed(HeldSocket socket) {
        return socket.orphan() && clientsWait();
    }

    private boolean inService(HeldSocket socket) {
        return !socket.orphan() && plan.workers().contains(socket.owner());
    }

    /// Whether none of a group's members is in service, although others are and clients may come.
    boolean outOfService(GroupKey key, List<HeldSocket> members) {
        return key.protocol() == Protocol.TCP
                && !key.own()
                && plan.admission() == Admission.OPEN
                && members.stream().noneMatch(this::inService);
    }

    /// The listeners of the workers in service, including those at their limit.
    List<HeldSocket> inService(List<HeldSocket> members) {
        return members.stream().filter(this::inService).toList();
    }

    /// A private port answers for the newest worker of its slot, even before that worker is ready:
    /// a client that connects there wants that worker.
    private static List<HeldSocket> newest(List<HeldSocket> members) {
        int newest =
                members.stream().mapToInt(socket -> socket.owner().generation()).max().orElse(0);
        return members.stream().filter(s -> s.owner().generation() == newest).toList();
    }
}
