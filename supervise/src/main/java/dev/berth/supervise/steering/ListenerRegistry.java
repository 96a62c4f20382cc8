package dev.berth.supervise.steering;

import dev.berth.net.Protocol;
import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.lifecycle.Admission;
import dev.berth.supervise.lifecycle.TrafficPlan;
import dev.berth.sys.ErrnoException;

import java.io.IOException;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// All sockets that the supervisor holds ([ListenerStore]), their groups, which are served at
/// present ([GroupTraffic]), and what becomes of the connections that are queued for a worker which
/// ends or is replaced: they move to other workers, or wait in the socket for a successor in its
/// slot.
public final class ListenerRegistry implements TrafficTarget, LoadedGroups, AutoCloseable {
    private final SteeringSupport support;
    private final ListenerStore store = new ListenerStore();
    private final GroupTraffic traffic;

    /// @param policy the policy until the first plan is applied
    public ListenerRegistry(SteeringSupport support, Policy policy, CpuPinning pinning) {
        this.support = support;
        traffic = new GroupTraffic(support, TrafficPlan.initial(policy), pinning);
    }

    /// The socket with that inode, if it is a worker's.
    public Optional<HeldSocket> byInode(long inode) {
        return store.byInode(inode);
    }

    /// Whether the socket with that inode is the supervisor's, for any purpose.
    public boolean has(long inode) {
        return store.byInode(inode).isPresent() || traffic.fills(inode);
    }

    /// The sockets of a live worker.
    public List<HeldSocket> of(WorkerId owner) {
        return store.of(owner);
    }

    /// The addresses that `owner` listens on.
    public List<GroupKey> listening(WorkerId owner) {
        return of(owner).stream().filter(HeldSocket::listening).map(HeldSocket::key).toList();
    }

    /// All sockets, including those of dead workers.
    public List<HeldSocket> all() {
        return store.all();
    }

    /// The groups that have members.
    public Collection<ReuseportGroup> groups() {
        return traffic.groups();
    }

    public Optional<ReuseportGroup> group(GroupKey key) {
        return traffic.group(key);
    }

    /// The socket that `heir` takes over if it binds `key`: one that its predecessor left, the
    /// fullest first; without steering, also the one that is in service.
    public Optional<HeldSocket> inheritance(WorkerId heir, GroupKey key) {
        return store.at(key).stream()
                .filter(socket -> socket.owner().slot() == heir.slot())
                .filter(socket -> socket.orphan() || passesTo(heir, socket))
                .filter(socket -> !traffic.unreachable(socket))
                .max(Comparator.comparingInt(socket -> socket.queue().orElse(0)));
    }

    private boolean passesTo(WorkerId heir, HeldSocket socket) {
        return support.passesSocketOn() && !socket.owner().equals(heir);
    }

    /// Gives an inherited socket to its heir. If its previous worker is alive, it gets the socket
    /// back should the heir fail.
    public void handOver(HeldSocket socket, WorkerId heir) {
        store.changeOwner(
                socket,
                () ->
                        group(socket.key())
                                .ifPresentOrElse(
                                        group -> group.handOver(socket, heir),
                                        () ->
                                                socket.transferTo(
                                                        heir,
                                                        new ListenerCount(
                                                                0, socket.queue().orElse(0)))));
    }

    /// Keeps a bound socket, and from now on closes it.
    public void add(HeldSocket socket) {
        store.add(socket);
    }

    /// Makes `socket`, which listens (or is a bound datagram socket), a member of its group.
    public void joined(HeldSocket socket) throws IOException {
        traffic.join(socket);
    }

    /// Handles a socket that has left its group without being closed, by shutdown(2) or connect(2).
    public void left(HeldSocket socket) throws ErrnoException {
        traffic.left(socket);
    }

    /// Retires a socket: it leaves its group even if another process still holds it, and the
    /// supervisor's descriptor is closed. Connections queued in it move on if the steering migrates
    /// them; otherwise they are reset.
    void retire(HeldSocket socket) throws ErrnoException {
        store.remove(socket);
        traffic.retire(socket);
    }

    /// Handles a socket from which nobody accepts any more: its queue moves, or waits in it for a
    /// successor.
    void releaseQueue(HeldSocket socket) throws ErrnoException {
        Optional<ReuseportGroup> group = group(socket.key());
        if (!socket.listening() || group.isEmpty()) {
            store.remove(socket);
            socket.fd().close();
        } else if (moves(socket) || traffic.unreachable(socket)) {
            retire(socket);
        } else {
            socket.setOrphan();
            traffic.refresh(group.get());
        }
    }

    /// Applies the plan to the groups, then closes the listeners of dead workers that the plan does
    /// not need.
    @Override
    public void apply(TrafficPlan plan) throws ErrnoException {
        traffic.apply(plan);
        closeSuperseded();
    }

    /// Closes the listeners of dead workers that are no longer needed. A mechanism that cannot
    /// refuse can at least not keep clients waiting, so it keeps none while they are refused.
    private void closeSuperseded() throws ErrnoException {
        TrafficPlan plan = traffic.plan();
        boolean refused =
                plan.admission() == Admission.REFUSE || plan.admission() == Admission.CLOSING;
        boolean none = refused && !support.canRefuse();
        for (HeldSocket socket : all()) {
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

    @Override
    public void closeSockets(WorkerId owner) throws ErrnoException {
        for (HeldSocket socket : leftBy(owner)) {
            retire(socket);
        }
    }

    /// The queues move to siblings at once if possible; otherwise they stay in the sockets for a
    /// successor.
    @Override
    public void keepQueue(WorkerId owner) throws ErrnoException {
        for (HeldSocket socket : leftBy(owner)) {
            releaseQueue(socket);
        }
    }

    /// The sockets that are left of a worker that has ended, when its predecessor has got back
    /// those that it had inherited.
    private List<HeldSocket> leftBy(WorkerId owner) {
        all().forEach(socket -> socket.previousOwnerExited(owner));
        return of(owner).stream().filter(socket -> !returned(socket)).toList();
    }

    private boolean returned(HeldSocket socket) {
        WorkerId owner = socket.owner();
        store.changeOwner(socket, socket::returnToPreviousOwner);
        return !socket.owner().equals(owner);
    }

    /// The workers in service get the connections, which closes the worker's sockets. If the
    /// steering does not migrate connections, they stay with the worker.
    @Override
    public void moveQueue(WorkerId owner) throws ErrnoException {
        for (HeldSocket socket : of(owner)) {
            boolean shared = !socket.key().own();
            if (shared && socket.listening() && moves(socket)) {
                retire(socket);
            }
        }
    }

    @Override
    public void beforeStop(WorkerId owner) throws ErrnoException {
        for (HeldSocket socket : of(owner)) {
            socket.setStopping();
            Optional<ReuseportGroup> group = group(socket.key());
            if (group.isPresent()) {
                traffic.refresh(group.get());
            }
        }
    }

    /// Whether the unaccepted connections on every listener of `owner` would move to others if the
    /// listener closed.
    public boolean wouldMove(WorkerId owner) {
        return of(owner).stream()
                .filter(HeldSocket::listening)
                .filter(socket -> socket.key().protocol() == Protocol.TCP && !socket.key().own())
                .allMatch(this::moves);
    }

    private boolean moves(HeldSocket socket) {
        return socket.key().protocol() == Protocol.TCP
                && group(socket.key()).filter(group -> group.wouldMove(socket)).isPresent();
    }

    /// Whether a worker has accepted connections.
    ///
    /// @param uncounted the answer if they are not counted
    public boolean served(WorkerId owner, boolean uncounted) {
        return of(owner).stream()
                .anyMatch(
                        socket ->
                                group(socket.key())
                                        .flatMap(group -> group.accepted(socket))
                                        .orElse(uncounted));
    }

    @Override
    public void setFull(Set<Integer> slots) throws ErrnoException {
        traffic.setFull(slots);
    }

    @Override
    public Set<Integer> full() {
        return traffic.full();
    }

    @Override
    public Policy policy() {
        return traffic.plan().policy();
    }

    @Override
    public long version() {
        return traffic.version();
    }

    @Override
    public List<LoadedGroups.Group> loaded() {
        return groups().stream()
                .filter(group -> group.key().protocol() == Protocol.TCP && !group.key().own())
                .<LoadedGroups.Group>map(group -> new Loaded(group, traffic.inService(group)))
                .toList();
    }

    private record Loaded(ReuseportGroup group, List<HeldSocket> listeners)
            implements LoadedGroups.Group {
        @Override
        public GroupKey key() {
            return group.key();
        }

        @Override
        public long[] steered() {
            return group.steered(listeners);
        }

        @Override
        public void rebalance() throws ErrnoException {
            group.rebalance();
        }
    }

    @Override
    public void forgetLoads() {
        all().forEach(socket -> socket.load().forget());
    }

    @Override
    public void close() {
        store.close();
        traffic.close();
    }
}
