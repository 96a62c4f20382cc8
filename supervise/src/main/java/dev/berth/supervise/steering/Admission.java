package dev.berth.supervise.steering;

import dev.berth.net.Protocol;
import dev.berth.supervise.lifecycle.Action;

import java.util.List;
import java.util.Set;

/// Who may get new connections at present: those in service, unless all are refused or they have as
/// many as they may.
final class Admission {
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

    /// The slots whose workers have as many connections as they may.
    Set<Integer> full() {
        return full;
    }

    void full(Set<Integer> slots) {
        full = Set.copyOf(slots);
    }

    /// Whether clients are refused while nobody is in service.
    void refuse(boolean refused) {
        refusing = refused;
    }

    /// Whether all are refused, whoever is in service.
    void shed(boolean now) {
        shed = now;
    }

    /// Whether clients wait for somebody to come into service.
    boolean waiting() {
        return service.workers().isEmpty() && !refusing;
    }

    /// Those of a group's members that get new connections.
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
                members.stream().filter(s -> inService(s) ? !full(s) : orphanServed(s)).toList();
        boolean fresh = served.isEmpty() && members.stream().noneMatch(this::inService);
        return fresh ? members.stream().filter(this::succeeds).toList() : served;
    }

    private boolean full(HeldSocket socket) {
        return full.contains(socket.owner().slot());
    }

    /// Whether its worker is to replace one that is in service. On an address that nobody in
    /// service has it is the only one there is, and to wait for it is better than to be refused.
    private boolean succeeds(HeldSocket socket) {
        return !socket.orphan()
                && !socket.stopping()
                && service.workers().stream()
                        .anyMatch(
                                old ->
                                        old.slot() == socket.owner().slot()
                                                && old.generation() < socket.owner().generation());
    }

    /// An orphan keeps what comes for a successor while nobody is in service.
    private boolean orphanServed(HeldSocket socket) {
        return socket.orphan() && waiting();
    }

    private boolean inService(HeldSocket socket) {
        return !socket.orphan() && service.workers().contains(socket.owner());
    }

    /// Whether none of a group's members is in service, though others are and clients may come.
    boolean left(GroupKey key, List<HeldSocket> members) {
        return key.protocol() == Protocol.TCP
                && !key.own()
                && !shed
                && !service.workers().isEmpty()
                && members.stream().noneMatch(this::inService);
    }

    /// The listeners of those in service, also of those who may not get more.
    List<HeldSocket> inService(List<HeldSocket> members) {
        return members.stream().filter(this::inService).toList();
    }

    /// A private port answers for the newest worker of its slot, also before that one is ready:
    /// whoever asks there wants to know about it.
    private static List<HeldSocket> newest(List<HeldSocket> members) {
        int newest =
                members.stream().mapToInt(socket -> socket.owner().generation()).max().orElse(0);
        return members.stream().filter(s -> s.owner().generation() == newest).toList();
    }
}
