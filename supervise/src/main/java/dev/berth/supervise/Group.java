package dev.berth.supervise;

import dev.berth.sys.ErrnoException;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/// One SO_REUSEPORT group: its members in the kernel's order, and who of them is served.
///
/// The kernel numbers the members in the order in which they began to listen; the last one moves
/// into the hole that a leaving one makes. Nothing outside tells this order, so it is kept here.
final class Group implements AutoCloseable {
    private final GroupKey key;
    private final Steering steering;
    private final List<HeldSocket> order = new ArrayList<>();
    private List<HeldSocket> served = List.of();

    Group(GroupKey key, Steering steering) {
        this.key = key;
        this.steering = steering;
    }

    GroupKey key() {
        return key;
    }

    List<HeldSocket> members() {
        return List.copyOf(order);
    }

    boolean empty() {
        return order.isEmpty();
    }

    OptionalLong steered(HeldSocket socket) {
        return steering.steered(socket);
    }

    /// Whether what waits at `socket` would move to others if it closed now.
    boolean wouldMove(HeldSocket socket) {
        return steering.migrates() && served.stream().anyMatch(other -> other != socket);
    }

    void join(HeldSocket socket) throws ErrnoException {
        socket.listens(true);
        order.add(socket);
        steering.joined(socket, order);
    }

    /// Takes `socket` out of the table; the caller closes or shuts it down before [#left].
    void leaves(HeldSocket socket) {
        steering.leaves(socket);
    }

    void left(HeldSocket socket) throws ErrnoException {
        socket.listens(false);
        int hole = order.indexOf(socket);
        if (hole < 0) {
            return;
        }
        HeldSocket last = order.removeLast();
        if (last != socket) {
            order.set(hole, last);
        }
        served = served.stream().filter(other -> other != socket).toList();
        if (!order.isEmpty()) {
            steering.left(order);
        }
    }

    void serve(List<HeldSocket> next) throws ErrnoException {
        served = List.copyOf(next);
        steering.serve(served, order);
    }

    @Override
    public void close() {
        steering.close();
    }
}
