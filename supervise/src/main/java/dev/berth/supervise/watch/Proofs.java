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

/// Looks at new workers of a roll, again and again, until they have shown that they accept.
public final class Proofs {
    private static final long LOOK_MILLIS = 50;

    /// A look may take a tenth of the time.
    private static final long PAUSES = 10;

    /// But not so little that one look alone decides: a worker has five seconds to prove itself.
    private static final long LONGEST_PAUSE_MILLIS = 500;

    private final Equipment equipment;
    private final SocketRegistry registry;
    private final Optional<Dispatched> dispatched;
    private final AcceptorLooks looks;
    private final Predicate<LiveWorker> wanted;
    private final Consumer<Event> events;
    private final Map<WorkerId, ProofWatch> watches = new HashMap<>();

    /// @param wanted whether it still matters what is seen of the worker
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

    /// To be called at the moment from which on connections are led to the worker, and again where
    /// a new look is needed: then whatever it shows is reported.
    public void watch(LiveWorker worker) {
        ProofWatch watch =
                watches.computeIfAbsent(
                        worker.id(),
                        _ -> new ProofWatch(worker, registry, dispatched, equipment, looks));
        // At once, as the first look only asks who waits for a connection.
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
            // What cannot be seen is no reason against it.
            now = Evidence.ACCEPTED;
        }
        if (now != before || now == Evidence.UNANSWERED) {
            events.accept(new Event.Seen(worker.id(), now, watch.waiting()));
        }
        Evidence seen = now;
        watch.next().after(pause(Loop.now() - begun), () -> look(worker, watch, seen));
    }

    /// How long to wait after a look that took so long.
    static long pause(long tookMillis) {
        return Math.clamp(PAUSES * tookMillis, LOOK_MILLIS, LONGEST_PAUSE_MILLIS);
    }
}
