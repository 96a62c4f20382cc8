package dev.berth.supervise.steering;

import dev.berth.net.Protocol;
import dev.berth.supervise.lifecycle.Action;

import java.util.List;
import java.util.Set;

/// Which members of a group may get new connections at present: those of workers in service, unless
/// all are refused or the workers are at their limit.
final class EligibleListeners {
    private Action.Serve service = new Action.Serve(Set.of(), Set.of());
    private Set<Integer> full = Set.of();
    private boolean refusing = true;
    private boolean shed;

    Action.Serve service() {
        return service;
    }

    void serve(Action.Serve next) {
        service = next;
    }

    /// The slots whose workers have reached their limit of connections.
    Set<Integer> full() {
        return full;
    }

    void setFull(Set<Integer> slots) {
        full = Set.copyOf(slots);
    }

    /// Sets whether clients are refused while no worker is in service.
    void setRefusing(boolean refused) {
        refusing = refused;
    }

    /// Sets whether all clients are refused, even if workers are in service.
    void setShedding(boolean now) {
        shed = now;
    }

    /// Whether clients wait for a worker to come into service.
    boolean clientsWait() {
        return service.workers().isEmpty() && !refusing;
    }

    /// The members of a group that get new connections.
    List<HeldSocket> served(GroupKey key, List<HeldSocket> members) {
        if (key.own()) {
            return newest(members);
        }
        if (shed) {
            return List.of();
        }
        if (key.protocol() == Protocol.UDP) {
            return members.stream()
                    .filter(s -> service.slots().contains(s.owner().slot()))
                    .toList();
        }
        List<HeldSocket> served =
                members.stream().filter(s -> inService(s) ? !setFull(s) : orphanServed(s)).toList();
        boolean fresh = served.isEmpty() && members.stream().noneMatch(this::inService);
        return fresh ? members.stream().filter(this::replacesServed).toList() : served;
    }

    private boolean setFull(HeldSocket socket) {
        return full.contains(socket.owner().slot());
    }

    /// Whether its worker is to replace one that is in service. On an address that no worker in
    /// service has, it is the only listener, and waiting for it is better than being refused.
    private boolean replacesServed(HeldSocket socket) {
        return !socket.orphan()
                && !socket.stopping()
                && service.workers().stream()
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
        return !socket.orphan() && service.workers().contains(socket.owner());
    }

    /// Whether none of a group's members is in service, although others are and clients may come.
    boolean outOfService(GroupKey key, List<HeldSocket> members) {
        return key.protocol() == Protocol.TCP
                && !key.own()
                && !shed
                && !service.workers().isEmpty()
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
