package dev.berth.supervise.watch;

import dev.berth.net.SockDiag;
import dev.berth.net.SocketRow;
import dev.berth.supervise.lifecycle.Evidence;
import dev.berth.supervise.lifecycle.Worker;
import dev.berth.supervise.process.Equipment;
import dev.berth.supervise.process.LiveWorker;
import dev.berth.supervise.process.ProcessTrees;
import dev.berth.supervise.steering.Dispatched;
import dev.berth.supervise.steering.Group;
import dev.berth.supervise.steering.HeldSocket;
import dev.berth.supervise.steering.SocketRegistry;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/// Watches a new worker until it has accepted one of the connections that are steered to it, has
/// answered or closed it, and has then lived on for a moment.
///
/// Acceptance is certain in three cases: its queue got shorter; one of its processes has a
/// connection to the port; or more connections were steered to it than wait or are still in the
/// handshake.
final class ProofWatch {
    /// A worker that is killed by its first connection dies before it answers, or within this time.
    /// Its connections close a moment before its end is known, which also looks like an answer.
    private static final long LIVED_MILLIS = 300;

    private final LiveWorker worker;
    private final SocketRegistry registry;
    private final Optional<Dispatched> dispatched;
    private final ProcessTrees trees;
    private final SockDiag diag;
    private final AcceptorLooks looks;
    private final NextLook next;
    private final Map<HeldSocket, Integer> queues = new HashMap<>();
    private boolean accepted;
    private long led;

    /// Since when it is known that a connection was answered or closed, in milliseconds.
    private long done = Worker.NEVER;

    private Set<Long> open = Set.of();

    /// Whether a thread was seen to wait since connections last waited.
    private boolean awaits;

    private boolean looking;
    private String waiting = "";

    ProofWatch(
            LiveWorker worker,
            SocketRegistry registry,
            Optional<Dispatched> dispatched,
            Equipment equipment,
            AcceptorLooks looks) {
        this.worker = worker;
        this.registry = registry;
        this.dispatched = dispatched;
        this.trees = equipment.trees();
        this.diag = equipment.diag();
        this.looks = looks;
        next = new NextLook(equipment.loop());
    }

    /// The next check.
    NextLook next() {
        return next;
    }

    /// What waited at the last check, for users; empty if nothing did.
    String waiting() {
        return waiting;
    }

    Evidence look(long now) throws IOException {
        Listeners listeners = Listeners.of(registry, trees, worker);
        int queue = dispatched.map(d -> d.untaken(worker.id())).orElseGet(listeners::queue);
        accepted = accepted || accepts(listeners);
        waiting = queue == 0 ? "" : text(queue, listeners);
        if (accepted) {
            done = done == Worker.NEVER && done(listeners) ? now : done;
            boolean lived = done != Worker.NEVER && now - done >= LIVED_MILLIS;
            return lived ? Evidence.ACCEPTED : Evidence.TAKEN;
        }
        if (queue > 0) {
            awaits = false;
            return Evidence.UNANSWERED;
        }
        if (dispatched.isEmpty()) {
            lookWhoAwaits();
        }
        return dispatched.isPresent() || awaits ? Evidence.AWAITING : Evidence.NONE;
    }

    /// The next check of the worker reports what this one shows.
    private void lookWhoAwaits() {
        if (!looking) {
            looking = true;
            looks.look(
                    worker,
                    seen -> {
                        looking = false;
                        awaits = ready(seen);
                    });
        }
    }

    private boolean accepts(Listeners listeners) throws IOException {
        if (dispatched.isPresent()) {
            return dispatched.get().served(worker.id());
        }
        return shorter(listeners) || counted(listeners) || connected(listeners);
    }

    private boolean shorter(Listeners listeners) {
        boolean shorter = false;
        for (HeldSocket socket : listeners.sockets()) {
            int queue = socket.queue().orElse(0);
            Integer before = queues.put(socket, queue);
            shorter |= before != null && queue < before;
        }
        return shorter;
    }

    /// Connections that were steered to it by the last check are queued or accepted now, except for
    /// handshakes that take longer; those are looked up.
    private boolean counted(Listeners listeners) throws IOException {
        long before = led;
        led = listeners.sockets().stream().mapToLong(this::steered).sum();
        long beyond = before - listeners.queue();
        return beyond > 0 && beyond > Connections.handshakes(ports(listeners), diag).size();
    }

    private long steered(HeldSocket socket) {
        return registry.group(socket.key())
                .map((Group group) -> group.steered(socket))
                .orElseGet(OptionalLong::empty)
                .orElse(0);
    }

    private boolean connected(Listeners listeners) throws IOException {
        return Connections.open(listeners.pids(), ports(listeners), diag) > 0;
    }

    /// Whether a connection that it accepted is gone, or has carried data to the client.
    private boolean done(Listeners listeners) throws IOException {
        List<SocketRow> now = Connections.of(listeners.pids(), ports(listeners), diag);
        Set<Long> before = open;
        open = now.stream().map(SocketRow::inode).collect(Collectors.toSet());
        return open.isEmpty()
                || !open.containsAll(before)
                || now.stream()
                        .flatMap(row -> row.info().stream())
                        .anyMatch(info -> info.segments().dataOut() > 0);
    }

    private static Set<Integer> ports(Listeners listeners) {
        return listeners.sockets().stream()
                .map(socket -> socket.key().address().port())
                .collect(Collectors.toSet());
    }

    /// Whether a thread waits for the next connection. If that cannot be seen, a single process
    /// that has the listener is trusted, but not the first of several.
    private static boolean ready(AcceptorLooks.Seen seen) {
        return switch (seen.answer()) {
            case WAITS -> true;
            case NONE -> false;
            case UNSEEN -> !seen.shared();
        };
    }

    private static String text(int queue, Listeners listeners) {
        String where =
                listeners.sockets().stream()
                        .map(socket -> socket.key().toString())
                        .distinct()
                        .collect(Collectors.joining(", "));
        return queue
                + (queue == 1 ? " connection waits" : " connections wait")
                + (where.isEmpty() ? "" : " on " + where);
    }
}
