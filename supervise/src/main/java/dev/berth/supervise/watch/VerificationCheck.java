package dev.berth.supervise.watch;

import dev.berth.supervise.lifecycle.Moment;
import dev.berth.supervise.lifecycle.VerificationResult;
import dev.berth.supervise.process.SupervisorResources;
import dev.berth.supervise.process.WorkerProcess;
import dev.berth.supervise.steering.ConnectionSource;
import dev.berth.supervise.steering.HeldSocket;
import dev.berth.supervise.steering.ReuseportGroup;

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
/// handshake. The queues and counts are read on the owner thread; the connections by a
/// [VerificationScan], on another.
final class VerificationCheck {
    /// A worker that is killed by its first connection dies before it answers, or within this time.
    /// Its connections close a moment before its end is known, which also looks like an answer.
    private static final long LIVED_MILLIS = 300;

    private final WorkerProcess worker;
    private final ConnectionSource source;
    private final SupervisorResources resources;
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
    private int queue;
    private String waiting = "";

    VerificationCheck(
            WorkerProcess worker,
            ConnectionSource source,
            SupervisorResources resources,
            AcceptWaitCheck acceptCheck) {
        this.worker = worker;
        this.source = source;
        this.resources = resources;
        this.acceptCheck = acceptCheck;
        next = new NextCheck(resources.loop());
    }

    WorkerProcess worker() {
        return worker;
    }

    /// The next check.
    NextCheck next() {
        return next;
    }

    /// What waited at the last check, for users; empty if nothing did.
    String waiting() {
        return waiting;
    }

    /// Begins a check: reads what costs little. Returns the scan that is needed to [#finish] it, if
    /// one is.
    Optional<VerificationScan> begin() {
        List<HeldSocket> sockets = WorkerListeners.sockets(source.registry(), worker);
        int inQueues = WorkerListeners.queue(sockets);
        queue = source.dispatcherTarget().map(d -> d.notReceived(worker.id())).orElse(inQueues);
        waiting = queue == 0 ? "" : text(sockets);
        if (source.dispatcherTarget().isPresent()) {
            accepted = accepted || source.dispatcherTarget().get().served(worker.id());
            return Optional.empty();
        }
        if (done != Moment.NEVER) {
            return Optional.empty();
        }
        long before = led;
        led = sockets.stream().mapToLong(this::steered).sum();
        accepted = shorter(sockets) || accepted;
        return Optional.of(
                new VerificationScan(
                        resources.trees().tree(worker),
                        ports(sockets),
                        before - inQueues,
                        accepted,
                        open,
                        resources.env().tables()));
    }

    /// Completes a check.
    ///
    /// @param found the result of the scan, if one was needed
    /// @param now when the check began
    VerificationResult finish(Optional<VerificationScan.Found> found, long now) {
        if (found.isPresent()) {
            accepted = accepted || found.get().accepted();
            open = found.get().open();
        }
        if (accepted) {
            boolean answered = found.map(VerificationScan.Found::done).orElse(true);
            done = done == Moment.NEVER && answered ? now : done;
            boolean lived = done != Moment.NEVER && now - done >= LIVED_MILLIS;
            return lived ? VerificationResult.ACCEPTED : VerificationResult.TAKEN;
        }
        if (queue > 0) {
            awaits = false;
            return VerificationResult.UNANSWERED;
        }
        if (source.dispatcherTarget().isEmpty()) {
            sampleWaiters();
        }
        return source.dispatcherTarget().isPresent() || awaits
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

    private boolean shorter(List<HeldSocket> sockets) {
        boolean shorter = false;
        for (HeldSocket socket : sockets) {
            int length = socket.queue().orElse(0);
            Integer before = queues.put(socket, length);
            shorter |= before != null && length < before;
        }
        return shorter;
    }

    private long steered(HeldSocket socket) {
        return source.registry()
                .group(socket.key())
                .map((ReuseportGroup group) -> group.steered(socket))
                .orElseGet(OptionalLong::empty)
                .orElse(0);
    }

    private static Set<Integer> ports(List<HeldSocket> sockets) {
        return sockets.stream()
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

    private String text(List<HeldSocket> sockets) {
        String where =
                sockets.stream()
                        .map(socket -> socket.key().toString())
                        .distinct()
                        .collect(Collectors.joining(", "));
        return queue
                + (queue == 1 ? " connection waits" : " connections wait")
                + (where.isEmpty() ? "" : " on " + where);
    }
}
