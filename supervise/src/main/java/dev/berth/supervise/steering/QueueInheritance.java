package dev.berth.supervise.steering;

import dev.berth.net.Protocol;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.lifecycle.Admission;
import dev.berth.supervise.lifecycle.TrafficPlan;
import dev.berth.sys.ErrnoException;

import java.util.Comparator;
import java.util.Optional;

/// What becomes of the connections that are queued for a worker which ends or is replaced: they
/// move to other workers, or wait in the socket for a successor in its slot.
final class QueueInheritance {
    private final SteeringSupport support;
    private final ListenerStore store;
    private final GroupTraffic traffic;

    QueueInheritance(SteeringSupport support, ListenerStore store, GroupTraffic traffic) {
        this.support = support;
        this.store = store;
        this.traffic = traffic;
    }

    /// The socket that `heir` takes over if it binds `key`: one that its predecessor left, the
    /// fullest first; without steering, also the one that is in service.
    Optional<HeldSocket> of(WorkerId heir, GroupKey key) {
        return store.at(key).stream()
                .filter(socket -> socket.owner().slot() == heir.slot())
                .filter(socket -> socket.orphan() || passesTo(heir, socket))
                .max(Comparator.comparingInt(socket -> socket.queue().orElse(0)));
    }

    private boolean passesTo(WorkerId heir, HeldSocket socket) {
        return support.passesSocketOn() && !socket.owner().equals(heir);
    }

    /// Gives an inherited socket to its heir.
    void handOver(HeldSocket socket, WorkerId heir) {
        store.changeOwner(
                socket,
                () ->
                        traffic.group(socket.key())
                                .ifPresentOrElse(
                                        group -> group.handOver(socket, heir),
                                        () -> socket.transferTo(heir, 0)));
    }

    /// Handles the end of a worker that has successors, or needs none.
    void close(WorkerId owner) throws ErrnoException {
        for (HeldSocket socket : left(owner)) {
            retire(socket);
        }
    }

    /// Handles the death of a worker: its queues move to siblings at once if possible, else they
    /// stay in the sockets for a successor.
    void keep(WorkerId owner) throws ErrnoException {
        for (HeldSocket socket : left(owner)) {
            release(socket);
        }
    }

    /// The sockets that are left of a worker that has ended, when its predecessor has got back
    /// those that it had inherited.
    private Iterable<HeldSocket> left(WorkerId owner) {
        store.all().forEach(socket -> socket.previousOwnerExited(owner));
        return store.of(owner).stream().filter(socket -> !returned(socket)).toList();
    }

    private boolean returned(HeldSocket socket) {
        WorkerId owner = socket.owner();
        store.changeOwner(socket, socket::returnToPreviousOwner);
        return !socket.owner().equals(owner);
    }

    /// Moves the connections queued for a bad but live worker to the workers in service, which
    /// closes its sockets. If the steering does not migrate connections, they stay with the worker.
    void move(WorkerId owner) throws ErrnoException {
        for (HeldSocket socket : store.of(owner)) {
            boolean shared = !socket.key().own();
            if (shared && socket.listening() && moves(socket)) {
                retire(socket);
            }
        }
    }

    /// Whether the unaccepted connections on every listener of `owner` would move to others if the
    /// listener closed.
    boolean moves(WorkerId owner) {
        return store.of(owner).stream()
                .filter(HeldSocket::listening)
                .filter(socket -> socket.key().protocol() == Protocol.TCP && !socket.key().own())
                .allMatch(this::moves);
    }

    private boolean moves(HeldSocket socket) {
        return socket.key().protocol() == Protocol.TCP
                && traffic.group(socket.key()).filter(g -> g.wouldMove(socket)).isPresent();
    }

    /// Handles a socket from which nobody accepts any more: its queue moves, or waits in it for a
    /// successor.
    void release(HeldSocket socket) throws ErrnoException {
        Optional<ReuseportGroup> group = traffic.group(socket.key());
        if (!socket.listening() || group.isEmpty()) {
            store.remove(socket);
            socket.fd().close();
        } else if (moves(socket)) {
            retire(socket);
        } else {
            socket.setOrphan();
            traffic.refresh(group.get());
        }
    }

    /// Closes the listeners of dead workers that are no longer needed. A mechanism that cannot
    /// refuse can at least not keep clients waiting, so it keeps none while they are refused.
    void closeSuperseded() throws ErrnoException {
        TrafficPlan plan = traffic.plan();
        boolean refused =
                plan.admission() == Admission.REFUSE || plan.admission() == Admission.CLOSING;
        boolean none = refused && !support.canRefuse();
        for (HeldSocket socket : store.all()) {
            boolean tcp = socket.key().protocol() == Protocol.TCP;
            if (socket.orphan() && (none && tcp || superseded(socket, plan))) {
                retire(socket);
            }
        }
    }

    /// Whether the listener of a dead worker is no longer needed: its queue can move, its slot has
    /// a worker without it, or its slot is gone.
    private boolean superseded(HeldSocket socket, TrafficPlan plan) {
        int slot = socket.owner().slot();
        if (!plan.kept().contains(slot)) {
            return true;
        }
        boolean slotServed = plan.workers().stream().anyMatch(id -> id.slot() == slot);
        return socket.key().protocol() == Protocol.TCP && (slotServed || moves(socket));
    }

    /// Closes a socket, which leaves its group even if another process still holds it. Connections
    /// queued in it move on if the steering migrates them; otherwise they are reset.
    void retire(HeldSocket socket) throws ErrnoException {
        store.remove(socket);
        traffic.retire(socket);
    }
}
