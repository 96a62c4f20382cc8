package dev.berth.supervise.steering;

import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.lifecycle.TrafficPlan;
import dev.berth.sys.ErrnoException;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/// All sockets that the supervisor holds ([ListenerStore]), their groups, which are served at
/// present ([GroupTraffic]), and what becomes of the queues of workers that end
/// ([QueueInheritance]).
public final class ListenerRegistry implements TrafficTarget, AutoCloseable {
    private final ListenerStore store = new ListenerStore();
    private final GroupTraffic traffic;
    private final QueueInheritance inheritance;

    /// @param policy the policy until the first plan is applied
    public ListenerRegistry(SteeringSupport support, Policy policy, CpuPinning pinning) {
        traffic = new GroupTraffic(support, TrafficPlan.initial(policy), pinning);
        inheritance = new QueueInheritance(support, store, traffic);
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
        return inheritance.of(heir, key);
    }

    /// Gives an inherited socket to its heir. If its previous worker is alive, it gets the socket
    /// back should the heir fail.
    public void handOver(HeldSocket socket, WorkerId heir) {
        inheritance.handOver(socket, heir);
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
        inheritance.retire(socket);
    }

    /// Handles a socket from which nobody accepts any more: its queue moves, or waits in it for a
    /// successor.
    void releaseQueue(HeldSocket socket) throws ErrnoException {
        inheritance.release(socket);
    }

    /// Applies the plan to the groups, then closes the listeners of dead workers that the plan does
    /// not need.
    @Override
    public void apply(TrafficPlan plan) throws ErrnoException {
        traffic.apply(plan);
        inheritance.closeSuperseded();
    }

    @Override
    public void closeSockets(WorkerId owner) throws ErrnoException {
        inheritance.close(owner);
    }

    @Override
    public void keepQueue(WorkerId owner) throws ErrnoException {
        inheritance.keep(owner);
    }

    @Override
    public void moveQueue(WorkerId owner) throws ErrnoException {
        inheritance.move(owner);
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
        return inheritance.moves(owner);
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

    /// Gives the workers in these slots no new connections, as they have reached their limit. This
    /// is measured and changes all the time, so it is no part of a plan.
    public void setFull(Set<Integer> slots) throws ErrnoException {
        traffic.setFull(slots);
    }

    /// The slots whose workers have reached their limit of connections.
    public Set<Integer> full() {
        return traffic.full();
    }

    /// The present policy.
    public Policy policy() {
        return traffic.plan().policy();
    }

    /// A number that changes whenever listeners or the workers in service change.
    public long version() {
        return traffic.version();
    }

    /// The listeners of the workers in service, including those at their limit.
    public List<HeldSocket> inService(ReuseportGroup group) {
        return traffic.inService(group);
    }

    @Override
    public void close() {
        store.close();
        traffic.close();
    }
}
