package dev.berth.supervise.steering;

import dev.berth.net.Protocol;
import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.lifecycle.Action;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Sockets;

import java.io.IOException;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/// All sockets that the supervisor holds, their groups, and which are served at present.
public final class ListenerRegistry implements TrafficTarget, AutoCloseable {
    private final SteeringSupport support;
    private final Map<Long, HeldSocket> sockets = new LinkedHashMap<>();
    private final Map<WorkerId, Set<HeldSocket>> byOwner = new HashMap<>();
    private final Map<GroupKey, Set<HeldSocket>> byKey = new HashMap<>();
    private final Map<GroupKey, ReuseportGroup> groups = new LinkedHashMap<>();
    private final Set<Long> fillers = new HashSet<>();
    private final CpuPinning pinning;
    private final boolean reversible = ListenerVisibility.canShow();
    private final EligibleListeners eligible = new EligibleListeners();
    private Policy policy;
    private long version = 1;

    public ListenerRegistry(SteeringSupport support, Policy policy, CpuPinning pinning) {
        this.support = support;
        this.policy = policy;
        this.pinning = pinning;
    }

    private TableBuilder.Rules rules() {
        return new TableBuilder.Rules(policy, eligible.service(), pinning);
    }

    /// The socket with that inode, if it is a worker's.
    public Optional<HeldSocket> byInode(long inode) {
        return Optional.ofNullable(sockets.get(inode));
    }

    /// Whether the socket with that inode is the supervisor's, for any purpose.
    public boolean has(long inode) {
        return sockets.containsKey(inode) || fillers.contains(inode);
    }

    /// The sockets of a live worker.
    public List<HeldSocket> of(WorkerId owner) {
        return byOwner.getOrDefault(owner, Set.of()).stream()
                .filter(socket -> !socket.orphan())
                .toList();
    }

    /// The addresses that `owner` listens on.
    public List<GroupKey> listening(WorkerId owner) {
        return of(owner).stream().filter(HeldSocket::listening).map(HeldSocket::key).toList();
    }

    /// All sockets, including those of dead workers.
    public List<HeldSocket> all() {
        return List.copyOf(sockets.values());
    }

    /// The groups that have members.
    public Collection<ReuseportGroup> groups() {
        return groups.values();
    }

    public Optional<ReuseportGroup> group(GroupKey key) {
        return Optional.ofNullable(groups.get(key));
    }

    /// The socket that `heir` takes over if it binds `key`: one that its predecessor left, the
    /// fullest first; without steering, also the one that is in service.
    public Optional<HeldSocket> inheritance(WorkerId heir, GroupKey key) {
        return byKey.getOrDefault(key, Set.of()).stream()
                .filter(socket -> socket.owner().slot() == heir.slot())
                .filter(socket -> socket.orphan() || passesTo(heir, socket))
                .max(Comparator.comparingInt(socket -> socket.queue().orElse(0)));
    }

    private boolean passesTo(WorkerId heir, HeldSocket socket) {
        return support.passesSocketOn() && !socket.owner().equals(heir);
    }

    /// Gives an inherited socket to its heir. If its previous worker is alive, it gets the socket
    /// back should the heir fail.
    public void handOver(HeldSocket socket, WorkerId heir) {
        drop(byOwner, socket.owner(), socket);
        ReuseportGroup group = groups.get(socket.key());
        if (group == null) {
            socket.transferTo(heir, 0);
        } else {
            group.handOver(socket, heir);
        }
        put(byOwner, socket.owner(), socket);
    }

    /// Gives the socket back to its previous worker if that is alive; returns whether it was given
    /// back.
    private boolean returnToPreviousOwner(HeldSocket socket) {
        drop(byOwner, socket.owner(), socket);
        boolean back = socket.returnToPreviousOwner();
        put(byOwner, socket.owner(), socket);
        return back;
    }

    private static <K> void put(Map<K, Set<HeldSocket>> index, K key, HeldSocket socket) {
        index.computeIfAbsent(key, _ -> new LinkedHashSet<>()).add(socket);
    }

    private static <K> void drop(Map<K, Set<HeldSocket>> index, K key, HeldSocket socket) {
        Set<HeldSocket> found = index.get(key);
        if (found != null && found.remove(socket) && found.isEmpty()) {
            index.remove(key);
        }
    }

    private void forget(HeldSocket socket) {
        sockets.remove(socket.inode());
        drop(byOwner, socket.owner(), socket);
        drop(byKey, socket.key(), socket);
    }

    /// Keeps a bound socket, and from now on closes it.
    public void add(HeldSocket socket) {
        sockets.put(socket.inode(), socket);
        put(byOwner, socket.owner(), socket);
        put(byKey, socket.key(), socket);
    }

    /// Makes `socket`, which listens (or is a bound datagram socket), a member of its group.
    public void joined(HeldSocket socket) throws IOException {
        if (socket.listening()) {
            return;
        }
        ReuseportGroup group = groups.get(socket.key());
        if (group == null) {
            Steering steering = support.forGroup(socket.key());
            group =
                    new ReuseportGroup(
                            socket.key(), steering, new TableBuilder(support), rules(), fillers);
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

    /// Handles a socket that has left its group without being closed, by shutdown(2) or connect(2).
    public void left(HeldSocket socket) throws ErrnoException {
        ReuseportGroup group = groups.get(socket.key());
        if (group != null) {
            group.afterLeave(socket);
            refresh(group);
        }
    }

    /// Retires a socket: it leaves its group even if another process still holds it, and the
    /// supervisor's descriptor is closed. Connections queued in it move on if the steering migrates
    /// them; otherwise they are reset.
    void retire(HeldSocket socket) throws ErrnoException {
        forget(socket);
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

    /// Gives up the supervisor's descriptor of a socket that never listened.
    void release(HeldSocket socket) {
        forget(socket);
        socket.fd().close();
    }

    @Override
    public void closeSockets(WorkerId owner) throws ErrnoException {
        sockets.values().forEach(socket -> socket.previousOwnerExited(owner));
        for (HeldSocket socket : of(owner)) {
            if (!returnToPreviousOwner(socket)) {
                retire(socket);
            }
        }
    }

    /// Moves the connections queued for a bad but live worker to the workers in service, which
    /// closes its sockets. If the steering does not migrate connections, they stay with the worker.
    @Override
    public void moveQueue(WorkerId owner) throws ErrnoException {
        for (HeldSocket socket : of(owner)) {
            ReuseportGroup group = groups.get(socket.key());
            boolean tcp = socket.key().protocol() == Protocol.TCP && !socket.key().own();
            if (tcp && socket.listening() && group != null && group.wouldMove(socket)) {
                retire(socket);
            }
        }
    }

    @Override
    public void beforeStop(WorkerId owner) throws ErrnoException {
        for (HeldSocket socket : of(owner)) {
            socket.setStopping();
            ReuseportGroup group = groups.get(socket.key());
            if (group != null) {
                refresh(group);
            }
        }
    }

    /// Whether a worker has accepted connections.
    ///
    /// @param uncounted the answer if they are not counted
    public boolean served(WorkerId owner, boolean uncounted) {
        return of(owner).stream()
                .anyMatch(
                        socket -> {
                            OptionalLong led =
                                    group(socket.key())
                                            .map(group -> group.steered(socket))
                                            .orElseGet(OptionalLong::empty);
                            return led.isEmpty() ? uncounted : socket.served(led.getAsLong());
                        });
    }

    /// Keeps the queues of a worker that died: moves them to siblings at once if possible, else
    /// keeps them in the sockets for a successor.
    @Override
    public void keepQueue(WorkerId owner) throws ErrnoException {
        sockets.values().forEach(socket -> socket.previousOwnerExited(owner));
        for (HeldSocket socket : of(owner)) {
            if (!returnToPreviousOwner(socket)) {
                releaseQueue(socket);
            }
        }
    }

    /// Handles a socket from which nobody accepts any more: its queue moves, or waits in it for a
    /// successor.
    void releaseQueue(HeldSocket socket) throws ErrnoException {
        ReuseportGroup group = groups.get(socket.key());
        if (!socket.listening() || group == null) {
            release(socket);
        } else if (socket.key().protocol() == Protocol.TCP && group.wouldMove(socket)) {
            retire(socket);
        } else {
            socket.setOrphan();
            refresh(group);
        }
    }

    /// Whether the unaccepted connections on every listener of `owner` would move to others if the
    /// listener closed.
    public boolean wouldMove(WorkerId owner) {
        return of(owner).stream()
                .filter(HeldSocket::listening)
                .filter(socket -> socket.key().protocol() == Protocol.TCP && !socket.key().own())
                .map(socket -> group(socket.key()).filter(group -> group.wouldMove(socket)))
                .allMatch(Optional::isPresent);
    }

    @Override
    public void serve(Action.Serve next) throws ErrnoException {
        eligible.serve(next);
        refreshAll();
        for (HeldSocket socket : all()) {
            if (socket.orphan() && superseded(socket)) {
                retire(socket);
            }
        }
    }

    /// Whether the listener of a dead worker is no longer needed: its queue can move, its slot has
    /// a worker without it, or its slot is gone.
    private boolean superseded(HeldSocket socket) {
        int slot = socket.owner().slot();
        if (!eligible.service().keeps(slot)) {
            return true;
        }
        if (socket.key().protocol() != Protocol.TCP) {
            return false;
        }
        ReuseportGroup group = groups.get(socket.key());
        boolean slotServed =
                eligible.service().workers().stream().anyMatch(id -> id.slot() == slot);
        return slotServed || group != null && group.wouldMove(socket);
    }

    /// Steers by `next` from now on; if that fails, the old policy stays.
    @Override
    public void steer(Policy next) throws ErrnoException {
        Policy before = policy;
        policy = next;
        try {
            refreshAll();
        } catch (ErrnoException failed) {
            policy = before;
            refreshAll();
            throw failed;
        }
    }

    /// Refuses new connections on every shared address, or stops refusing.
    @Override
    public void setShedding(boolean now) throws ErrnoException {
        eligible.setShedding(now);
        refreshAll();
    }

    /// Gives the workers in these slots no new connections, as they have reached their limit.
    public void setFull(Set<Integer> slots) throws ErrnoException {
        if (!slots.equals(full())) {
            eligible.setFull(slots);
            refreshAll();
        }
    }

    /// The present policy.
    public Policy policy() {
        return policy;
    }

    /// A number that changes whenever listeners or the workers in service change.
    public long version() {
        return version;
    }

    /// The listeners of the workers in service, including those at their limit.
    public List<HeldSocket> inService(ReuseportGroup group) {
        return eligible.inService(group.members());
    }

    /// The slots whose workers have reached their limit of connections.
    public Set<Integer> full() {
        return eligible.full();
    }

    /// A mechanism that cannot refuse can at least not keep clients waiting: the listeners of dead
    /// workers are closed.
    @Override
    public void setRefusing(boolean refused) throws ErrnoException {
        eligible.setRefusing(refused);
        refreshAll();
        for (HeldSocket socket : refused && !support.canRefuse() ? all() : List.<HeldSocket>of()) {
            if (socket.orphan() && socket.key().protocol() == Protocol.TCP) {
                retire(socket);
            }
        }
    }

    private void refreshAll() throws ErrnoException {
        for (ReuseportGroup group : groups.values()) {
            refresh(group);
        }
    }

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
        boolean stays = left && !reversible || served.isEmpty() && eligible.clientsWait();
        if (!stays) {
            group.serve(served, rules());
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

    @Override
    public void close() {
        sockets.values().forEach(socket -> socket.fd().close());
        groups.values().forEach(ReuseportGroup::close);
        groups.clear();
        sockets.clear();
        byOwner.clear();
        byKey.clear();
    }
}
