package dev.berth.supervise.steering;

import dev.berth.net.Protocol;
import dev.berth.supervise.lifecycle.TrafficPlan;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Sockets;

import java.io.IOException;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The groups that have members, and which of their members get new connections: as the plan says,
/// except that workers at their limit get none.
final class GroupTraffic {
    private final SteeringSupport support;
    private final CpuPinning pinning;
    private final Map<GroupKey, ReuseportGroup> groups = new LinkedHashMap<>();
    private final Set<Long> fillers = new HashSet<>();
    private final boolean reversible = ListenerVisibility.canShow();
    private EligibleListeners eligible;
    private long version = 1;

    GroupTraffic(SteeringSupport support, TrafficPlan plan, CpuPinning pinning) {
        this.support = support;
        this.pinning = pinning;
        eligible = new EligibleListeners(plan, Set.of());
    }

    Collection<ReuseportGroup> groups() {
        return groups.values();
    }

    Optional<ReuseportGroup> group(GroupKey key) {
        return Optional.ofNullable(groups.get(key));
    }

    /// Whether the socket with that inode is a placeholder.
    boolean fills(long inode) {
        return fillers.contains(inode);
    }

    TrafficPlan plan() {
        return eligible.plan();
    }

    Set<Integer> full() {
        return eligible.full();
    }

    /// A number that changes whenever listeners or the workers in service change.
    long version() {
        return version;
    }

    /// Whether no client will ever reach the socket again: it was hidden when its worker was told
    /// to stop, and this process cannot show it again.
    boolean unreachable(HeldSocket socket) {
        return socket.hidden() && !reversible;
    }

    List<HeldSocket> inService(ReuseportGroup group) {
        return eligible.inService(group.members());
    }

    /// Brings the groups to the plan; a policy that cannot be applied is not kept.
    void apply(TrafficPlan plan) throws ErrnoException {
        TrafficPlan before = eligible.plan();
        eligible = new EligibleListeners(plan, full());
        try {
            refreshAll();
        } catch (ErrnoException failed) {
            if (!plan.policy().equals(before.policy())) {
                eligible = new EligibleListeners(plan.withPolicy(before.policy()), full());
                refreshAll();
            }
            throw failed;
        }
    }

    /// Gives the workers in these slots no new connections.
    void setFull(Set<Integer> slots) throws ErrnoException {
        if (!slots.equals(full())) {
            eligible = new EligibleListeners(plan(), slots);
            refreshAll();
        }
    }

    void join(HeldSocket socket) throws IOException {
        if (socket.listening()) {
            return;
        }
        ReuseportGroup group = groups.get(socket.key());
        if (group == null) {
            Steering steering = support.forGroup(socket.key());
            group =
                    new ReuseportGroup(
                            socket.key(),
                            steering,
                            new TableBuilder(support, pinning),
                            plan(),
                            fillers);
            groups.put(socket.key(), group);
        }
        try {
            join(group, socket);
        } finally {
            closeIfEmpty(group);
        }
    }

    private void join(ReuseportGroup group, HeldSocket socket) throws IOException {
        group.join(socket);
        try {
            refresh(group);
            group.activate(socket);
        } catch (ErrnoException failed) {
            group.afterLeave(socket);
            throw failed;
        }
    }

    void left(HeldSocket socket) throws ErrnoException {
        ReuseportGroup group = groups.get(socket.key());
        if (group != null) {
            group.afterLeave(socket);
            refresh(group);
        }
    }

    /// Closes a socket, which leaves its group even if another process still holds it.
    void retire(HeldSocket socket) throws ErrnoException {
        ReuseportGroup group = groups.get(socket.key());
        if (group == null || !socket.listening()) {
            socket.fd().close();
            return;
        }
        try {
            group.beforeLeave(socket);
        } finally {
            Sockets.shutdown(socket.fd().number(), Sockets.SHUT_RD);
            socket.fd().close();
            group.afterLeave(socket);
        }
        if (!closeIfEmpty(group)) {
            refresh(group);
        }
    }

    private boolean closeIfEmpty(ReuseportGroup group) {
        boolean empty = group.empty();
        version++;
        if (empty) {
            groups.remove(group.key());
            group.close();
        }
        return empty;
    }

    private void refreshAll() throws ErrnoException {
        for (ReuseportGroup group : groups.values()) {
            refresh(group);
        }
    }

    /// Brings one group to the plan, after a change of its members.
    void refresh(ReuseportGroup group) throws ErrnoException {
        version++;
        List<HeldSocket> members = group.members();
        List<HeldSocket> served = eligible.served(group.key(), members);
        boolean left = served.isEmpty() && left(group);
        for (HeldSocket socket : left ? members : List.<HeldSocket>of()) {
            if (reversible || socket.stopping()) {
                ListenerVisibility.hide(socket);
            }
        }
        boolean waits = served.isEmpty() && eligible.clientsWait();
        boolean anew = waits && group.served().isEmpty() && group.key().protocol() == Protocol.TCP;
        boolean stays = left && !reversible || waits && !anew;
        if (!stays) {
            // Where no listener was served before, clients can wait in any.
            group.serve(anew ? members : served, plan());
        }
        for (HeldSocket socket : served) {
            ListenerVisibility.show(socket);
        }
    }

    /// Whether a group is out of service while others listen on another address of its port: those
    /// may cover its address, and clients that it refused would reach them.
    private boolean left(ReuseportGroup group) {
        return eligible.outOfService(group.key(), group.members())
                && groups.values().stream()
                        .filter(other -> other != group && other.key().samePort(group.key()))
                        .anyMatch(other -> !inService(other).isEmpty());
    }

    void close() {
        groups.values().forEach(ReuseportGroup::close);
        groups.clear();
    }
}
