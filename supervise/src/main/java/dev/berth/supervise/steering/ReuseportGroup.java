package dev.berth.supervise.steering;

import dev.berth.bpf.Selection;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.lifecycle.TrafficPlan;
import dev.berth.sys.ErrnoException;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;

/// One SO_REUSEPORT group: its members in the kernel's order, and which of them are served.
///
/// The kernel numbers the members in the order in which they began to listen. When a member leaves,
/// the last member moves into its place. The kernel does not expose this order, so it is tracked
/// here.
///
/// If the steering uses these numbers, a served member must never move: between the kernel's move
/// and the next program, connections would go to the wrong member. So before a leaving member makes
/// the last one move, a [PlaceholderSocket] joins and moves instead. It stays until a new member,
/// which is not served yet, can take its place.
public final class ReuseportGroup implements AutoCloseable {
    private final GroupKey key;
    private final Steering steering;
    private final TableBuilder tableBuilder;
    private final List<HeldSocket> order = new ArrayList<>();
    private final List<HeldSocket> fillers = new ArrayList<>();
    private final Set<Long> filled;
    private List<HeldSocket> served = List.of();
    private TrafficPlan plan;
    private SelectionTable table = new SelectionTable(Selection.HASH, List.of());

    /// @param filled the inodes of the fillers of all groups, kept up to date here
    ReuseportGroup(
            GroupKey key,
            Steering steering,
            TableBuilder tableBuilder,
            TrafficPlan plan,
            Set<Long> filled) {
        this.filled = filled;
        this.key = key;
        this.steering = steering;
        this.tableBuilder = tableBuilder;
        this.plan = plan;
    }

    public GroupKey key() {
        return key;
    }

    List<HeldSocket> members() {
        return order.stream().filter(socket -> !fillers.contains(socket)).toList();
    }

    /// The members that get new connections.
    List<HeldSocket> served() {
        return served;
    }

    boolean empty() {
        return order.size() == fillers.size();
    }

    /// Connections that were steered to `socket` since its present owner got it; empty if they are
    /// not counted.
    public OptionalLong steered(HeldSocket socket) {
        OptionalLong steered = steering.steered(socket);
        return steered.isPresent()
                ? OptionalLong.of(socket.steeredToOwner(steered.getAsLong()))
                : OptionalLong.empty();
    }

    /// The part of the new connections that `socket` gets, from 0 to 1; empty if that is not
    /// decided here.
    public OptionalDouble share(HeldSocket socket) {
        return steering.follows(table)
                ? OptionalDouble.of(table.share(socket))
                : OptionalDouble.empty();
    }

    /// Gives `socket`, with the connections queued in it, to `heir`.
    void handOver(HeldSocket socket, WorkerId heir) {
        socket.transferTo(heir, count(socket));
    }

    /// Whether the present owner of `socket` has accepted connections from it; empty if they are
    /// not counted.
    Optional<Boolean> accepted(HeldSocket socket) {
        return steering.steered(socket).isPresent()
                ? Optional.of(socket.served(count(socket)))
                : Optional.empty();
    }

    private ListenerCount count(HeldSocket socket) {
        return ListenerCount.read(
                () -> steering.steered(socket).orElse(0), () -> socket.queue().orElse(0));
    }

    /// Connections that were steered to each socket since it joined, at one moment; 0 if they are
    /// not counted.
    public long[] steered(List<HeldSocket> sockets) {
        return steering.steered(sockets);
    }

    /// Connections that the kernel distributed by its own hash; empty if they are not counted.
    public OptionalLong fallbacks() {
        return steering.fallbacks();
    }

    /// Whether the connections queued at `socket` would move to others if it closed now.
    boolean wouldMove(HeldSocket socket) {
        return steering.migrates() && served.stream().anyMatch(other -> other != socket);
    }

    /// Adds `socket`, which listens now: it is the last member, and not served yet.
    void join(HeldSocket socket) throws IOException {
        steering.afterJoin(socket);
        socket.setListening(true);
        order.add(socket);
        if (!fillers.isEmpty()) {
            close(fillers.getLast());
        }
    }

    /// Activates the table that was made since `socket` joined.
    void activate(HeldSocket socket) throws ErrnoException {
        steering.activate(socket);
    }

    private void close(HeldSocket filler) throws ErrnoException {
        filler.fd().close();
        filled.remove(filler.inode());
        fillers.remove(filler);
        moveLastTo(order.indexOf(filler));
        steer();
    }

    /// Takes `socket` out of the table; the caller closes it or shuts it down before calling
    /// [#afterLeave].
    void beforeLeave(HeldSocket socket) throws ErrnoException {
        without(socket);
        steer();
        steering.beforeLeave(socket);
        if (steering.usesIndices() && movesServed(socket)) {
            Optional<HeldSocket> filler = PlaceholderSocket.open(key);
            filler.ifPresent(order::add);
            filler.ifPresent(fillers::add);
            filler.ifPresent(added -> filled.add(added.inode()));
        }
    }

    /// Whether a served member would take the place of `leaving` while there are other members that
    /// could get its connections for a moment.
    private boolean movesServed(HeldSocket leaving) {
        HeldSocket last = order.getLast();
        return order.size() > 2 && last != leaving && served.contains(last);
    }

    /// Removes `socket`, which is no longer a member.
    void afterLeave(HeldSocket socket) throws ErrnoException {
        socket.leftGroup(steering.steered(socket).orElse(0));
        steering.beforeLeave(socket);
        socket.setListening(false);
        without(socket);
        int hole = order.indexOf(socket);
        if (hole >= 0) {
            moveLastTo(hole);
            steer();
        }
    }

    private void moveLastTo(int hole) {
        HeldSocket last = order.removeLast();
        if (hole < order.size()) {
            order.set(hole, last);
        }
    }

    private void without(HeldSocket socket) {
        if (served.contains(socket)) {
            served = served.stream().filter(other -> other != socket).toList();
            table = tableBuilder.table(served, plan);
        }
    }

    /// Gives new connections to `next` from now on, as the plan says.
    void serve(List<HeldSocket> next, TrafficPlan by) throws ErrnoException {
        served = List.copyOf(next);
        plan = by;
        table = tableBuilder.table(served, plan);
        steering.serve(table, order);
    }

    /// Updates the table to the loads, if it depends on them.
    public void rebalance() throws ErrnoException {
        Optional<SelectionTable> next = tableBuilder.replanned(served, plan);
        if (next.isPresent()) {
            table = next.get();
            steering.serve(table, order);
        }
    }

    private void steer() throws ErrnoException {
        if (!served.isEmpty()) {
            steering.serve(table, order);
        }
    }

    @Override
    public void close() {
        fillers.forEach(filler -> filler.fd().close());
        fillers.forEach(filler -> filled.remove(filler.inode()));
        fillers.clear();
        steering.close();
    }
}
