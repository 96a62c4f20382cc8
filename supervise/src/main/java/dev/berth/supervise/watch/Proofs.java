package dev.berth.supervise.watch;

import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.lifecycle.Event;
import dev.berth.supervise.lifecycle.Evidence;
import dev.berth.supervise.process.Equipment;
import dev.berth.supervise.process.LiveWorker;
import dev.berth.supervise.process.Loop;
import dev.berth.supervise.steering.Dispatched;
import dev.berth.supervise.steering.SocketRegistry;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;

/// Checks new workers of a roll, repeatedly, until they have shown that they accept.
public final class Proofs {
    private static final long LOOK_MILLIS = 50;

    /// Limits a check to a tenth of the time.
    private static final long PAUSES = 10;

    /// But not so rarely that a single check decides: a worker has five seconds to prove itself.
    private static final long LONGEST_PAUSE_MILLIS = 500;

    private final Equipment equipment;
    private final SocketRegistry registry;
    private final Optional<Dispatched> dispatched;
    private final AcceptorLooks looks;
    private final Predicate<LiveWorker> wanted;
    private final Consumer<Event> events;
    private final Map<WorkerId, ProofWatch> watches = new HashMap<>();

    /// @param wanted whether observations of the worker still matter
    public Proofs(
            Equipment equipment,
            SocketRegistry registry,
            Optional<Dispatched> dispatched,
            AcceptorLooks looks,
            Predicate<LiveWorker> wanted,
            Consumer<Event> events) {
        this.equipment = equipment;
        this.registry = registry;
        this.dispatched = dispatched;
        this.looks = looks;
        this.wanted = wanted;
        this.events = events;
    }

    /// Call this at the moment from which on connections are steered to the worker, and again if a
    /// new check is needed: its result is reported in any case.
    public void watch(LiveWorker worker) {
        ProofWatch watch =
                watches.computeIfAbsent(
                        worker.id(),
                        _ -> new ProofWatch(worker, registry, dispatched, equipment, looks));
        // At once, as the first check only asks which threads wait for a connection.
        watch.next().after(0, () -> look(worker, watch, Evidence.NONE));
    }

    private void look(LiveWorker worker, ProofWatch watch, Evidence before) {
        if (!wanted.test(worker)) {
            watches.remove(worker.id());
            return;
        }
        long begun = Loop.now();
        Evidence now;
        try {
            now = watch.look(begun);
        } catch (IOException unreadable) {
            // What cannot be observed does not count against the worker.
            now = Evidence.ACCEPTED;
        }
        if (now != before || now == Evidence.UNANSWERED) {
            events.accept(new Event.Seen(worker.id(), now, watch.waiting()));
        }
        Evidence seen = now;
        watch.next().after(pause(Loop.now() - begun), () -> look(worker, watch, seen));
    }

    /// How long to wait after a check that took `tookMillis`.
    static long pause(long tookMillis) {
        return Math.clamp(PAUSES * tookMillis, LOOK_MILLIS, LONGEST_PAUSE_MILLIS);
    }
}
