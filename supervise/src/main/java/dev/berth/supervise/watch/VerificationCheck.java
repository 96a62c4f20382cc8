package dev.berth.supervise.watch;

import dev.berth.net.SocketLookup;
import dev.berth.net.SocketRow;
import dev.berth.supervise.lifecycle.Moment;
import dev.berth.supervise.lifecycle.VerificationResult;
import dev.berth.supervise.process.ProcessTrees;
import dev.berth.supervise.process.SupervisorResources;
import dev.berth.supervise.process.WorkerProcess;
import dev.berth.supervise.steering.DispatcherTarget;
import dev.berth.supervise.steering.HeldSocket;
import dev.berth.supervise.steering.ListenerRegistry;
import dev.berth.supervise.steering.ReuseportGroup;

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
final class VerificationCheck {
    /// A worker that is killed by its first connection dies before it answers, or within this time.
    /// Its connections close a moment before its end is known, which also looks like an answer.
    private static final long LIVED_MILLIS = 300;

    private final WorkerProcess worker;
    private final ListenerRegistry registry;
    private final Optional<DispatcherTarget> dispatcherTarget;
    private final ProcessTrees trees;
    private final SocketLookup diag;
    private final AcceptWaitCheck acceptCheck;
    private final NextCheck next;
    private final Map<HeldSocket, Integer> queues = new HashMap<>();
    private boolean accepted;
    private long led;

    /// Since when it is known that a connection was answered or closed, in milliseconds.
    private long done = Moment.NEVER;

    private Set<Long> open = Set.of();

    /// Whether a thread was seen to wait since connections last waited.
    private boolean awaits;

    private boolean looking;
    private String waiting = "";

    VerificationCheck(
            WorkerProcess worker,
            ListenerRegistry registry,
            Optional<DispatcherTarget> dispatcherTarget,
            SupervisorResources resources,
            AcceptWaitCheck acceptCheck) {
        this.worker = worker;
        this.registry = registry;
        this.dispatcherTarget = dispatcherTarget;
        this.trees = resources.trees();
        this.diag = resources.diag();
        this.acceptCheck = acceptCheck;
        next = new NextCheck(resources.loop());
    }

    /// The next check.
    NextCheck next() {
        return next;
    }

    /// What waited at the last check, for users; empty if nothing did.
    String waiting() {
        return waiting;
    }

    VerificationResult sample(long now) throws IOException {
        WorkerListeners listeners = WorkerListeners.of(registry, trees, worker);
        int queue =
                dispatcherTarget.map(d -> d.notReceived(worker.id())).orElseGet(listeners::queue);
        accepted = accepted || accepts(listeners);
        waiting = queue == 0 ? "" : text(queue, listeners);
        if (accepted) {
            done = done == Moment.NEVER && done(listeners) ? now : done;
            boolean lived = done != Moment.NEVER && now - done >= LIVED_MILLIS;
            return lived ? VerificationResult.ACCEPTED : VerificationResult.TAKEN;
        }
        if (queue > 0) {
            awaits = false;
            return VerificationResult.UNANSWERED;
        }
        if (dispatcherTarget.isEmpty()) {
            sampleWaiters();
        }
        return dispatcherTarget.isPresent() || awaits
                ? VerificationResult.AWAITING
                : VerificationResult.NONE;
    }

    /// The next check of the worker reports what this one shows.
    private void sampleWaiters() {
        if (!looking) {
            looking = true;
            acceptCheck.check(
                    worker,
                    seen -> {
                        looking = false;
                        awaits = ready(seen);
                    });
        }
    }

    private boolean accepts(WorkerListeners listeners) throws IOException {
        if (dispatcherTarget.isPresent()) {
            return dispatcherTarget.get().served(worker.id());
        }
        return shorter(listeners) || counted(listeners) || connected(listeners);
    }

    private boolean shorter(WorkerListeners listeners) {
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
    private boolean counted(WorkerListeners listeners) throws IOException {
        long before = led;
        led = listeners.sockets().stream().mapToLong(this::steered).sum();
        long beyond = before - listeners.queue();
        return beyond > 0 && beyond > WorkerConnections.handshakes(ports(listeners), diag).size();
    }

    private long steered(HeldSocket socket) {
        return registry.group(socket.key())
                .map((ReuseportGroup group) -> group.steered(socket))
                .orElseGet(OptionalLong::empty)
                .orElse(0);
    }

    private boolean connected(WorkerListeners listeners) throws IOException {
        return WorkerConnections.open(listeners.pids(), ports(listeners), diag) > 0;
    }

    /// Whether a connection that it accepted is gone, or has carried data to the client.
    private boolean done(WorkerListeners listeners) throws IOException {
        List<SocketRow> now = WorkerConnections.of(listeners.pids(), ports(listeners), diag);
        Set<Long> before = open;
        open = now.stream().map(SocketRow::inode).collect(Collectors.toSet());
        return open.isEmpty()
                || !open.containsAll(before)
                || now.stream()
                        .flatMap(row -> row.info().stream())
                        .anyMatch(info -> info.segments().dataOut() > 0);
    }

    private static Set<Integer> ports(WorkerListeners listeners) {
        return listeners.sockets().stream()
                .map(socket -> socket.key().address().port())
                .collect(Collectors.toSet());
    }

    /// Whether a thread waits for the next connection. If that cannot be seen, a single process
    /// that has the listener is trusted, but not the first of several.
    private static boolean ready(AcceptWaitCheck.AcceptWait seen) {
        return switch (seen.answer()) {
            case WAITS -> true;
            case NONE -> false;
            case UNSEEN -> !seen.shared();
        };
    }

    private static String text(int queue, WorkerListeners listeners) {
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
