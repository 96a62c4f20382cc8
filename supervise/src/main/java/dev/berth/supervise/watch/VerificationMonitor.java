package dev.berth.supervise.watch;

import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.lifecycle.Event;
import dev.berth.supervise.lifecycle.VerificationResult;
import dev.berth.supervise.process.SupervisorResources;
import dev.berth.supervise.process.WorkerProcess;
import dev.berth.supervise.steering.DispatcherTarget;
import dev.berth.supervise.steering.ListenerRegistry;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;

/// Checks new workers of a roll, repeatedly, until they have shown that they accept.
public final class VerificationMonitor {
    private static final long SAMPLE_MILLIS = 50;

    /// Limits a check to a tenth of the time.
    private static final long PAUSES = 10;

    /// But not so rarely that a single check decides: a worker has five seconds to prove itself.
    private static final long LONGEST_PAUSE_MILLIS = 500;

    private final SupervisorResources resources;
    private final ListenerRegistry registry;
    private final Optional<DispatcherTarget> dispatcherTarget;
    private final AcceptWaitCheck acceptCheck;
    private final Predicate<WorkerProcess> wanted;
    private final Consumer<Event> events;
    private final Map<WorkerId, VerificationCheck> watches = new HashMap<>();

    /// @param wanted whether observations of the worker still matter
    public VerificationMonitor(
            SupervisorResources resources,
            ListenerRegistry registry,
            Optional<DispatcherTarget> dispatcherTarget,
            AcceptWaitCheck acceptCheck,
            Predicate<WorkerProcess> wanted,
            Consumer<Event> events) {
        this.resources = resources;
        this.registry = registry;
        this.dispatcherTarget = dispatcherTarget;
        this.acceptCheck = acceptCheck;
        this.wanted = wanted;
        this.events = events;
    }

    /// Call this at the moment from which on connections are steered to the worker, and again if a
    /// new check is needed: its result is reported in any case.
    public void watch(WorkerProcess worker) {
        VerificationCheck check =
                watches.computeIfAbsent(
                        worker.id(),
                        _ ->
                                new VerificationCheck(
                                        worker,
                                        registry,
                                        dispatcherTarget,
                                        resources,
                                        acceptCheck));
        // At once, as the first check only asks which threads wait for a connection.
        check.next().after(0, () -> sample(worker, check, VerificationResult.NONE));
    }

    private void sample(WorkerProcess worker, VerificationCheck check, VerificationResult before) {
        if (!wanted.test(worker)) {
            watches.remove(worker.id());
            return;
        }
        long begun = resources.loop().now();
        VerificationResult now;
        try {
            now = check.sample(begun);
        } catch (IOException unreadable) {
            // What cannot be observed does not count against the worker.
            now = VerificationResult.ACCEPTED;
        }
        if (now != before || now == VerificationResult.UNANSWERED) {
            events.accept(new Event.VerificationSampled(worker.id(), now, check.waiting()));
        }
        VerificationResult seen = now;
        check.next()
                .after(pause(resources.loop().now() - begun), () -> sample(worker, check, seen));
    }

    /// How long to wait after a check that took `tookMillis`.
    static long pause(long tookMillis) {
        return Math.clamp(PAUSES * tookMillis, SAMPLE_MILLIS, LONGEST_PAUSE_MILLIS);
    }
}
