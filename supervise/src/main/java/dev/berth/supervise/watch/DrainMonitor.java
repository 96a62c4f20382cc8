package dev.berth.supervise.watch;

import dev.berth.supervise.contract.EventSink;
import dev.berth.supervise.contract.Settings;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.lifecycle.Event;
import dev.berth.supervise.process.Freezer;
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

/// Checks the workers that get no new connections, repeatedly, until they are quiet.
///
/// Between the last check and the stop signal a request may arrive on a kept connection. So the
/// worker is frozen for the last check, and until the signal is sent.
public final class DrainMonitor implements AutoCloseable {
    private static final long CHECK_MILLIS = 50;

    /// A check may take a tenth of the time: with very many connections it is not cheap.
    private static final long PAUSES = 10;

    /// The same while looking for the first good moment: the sooner the next check, the fewer good
    /// moments of the worker are missed.
    private static final long LATE_CHECK_MILLIS = 20;

    private static final long LATE_PAUSES = 4;

    private final SupervisorResources resources;
    private final ListenerRegistry registry;
    private final EventSink sink;
    private final Optional<DispatcherTarget> dispatcherTarget;
    private final Settings settings;
    private final Conditions wishes;
    private final Consumer<Event> events;
    private final Map<WorkerId, DrainCheck> watches = new HashMap<>();
    private final Map<WorkerId, Freezer.Frozen> frozen = new HashMap<>();

    /// The supervisor's decisions about a worker.
    ///
    /// @param drains whether it still matters that the worker is quiet
    /// @param stops whether it is stopped when it is quiet
    public record Conditions(Predicate<WorkerProcess> drains, Predicate<WorkerProcess> stops) {}

    public DrainMonitor(
            SupervisorResources resources,
            ListenerRegistry registry,
            EventSink sink,
            Optional<DispatcherTarget> dispatcherTarget,
            Settings settings,
            Conditions wishes,
            Consumer<Event> events) {
        this.resources = resources;
        this.registry = registry;
        this.sink = sink;
        this.dispatcherTarget = dispatcherTarget;
        this.settings = settings;
        this.wishes = wishes;
        this.events = events;
    }

    /// Call this at the moment from which on the worker gets no new connections.
    public void watch(WorkerProcess worker) throws IOException {
        DrainCheck check =
                new DrainCheck(
                        worker,
                        registry,
                        dispatcherTarget,
                        resources,
                        settings,
                        resources.loop().now());
        watches.put(worker.id(), check);
        resources.loop().after(CHECK_MILLIS, () -> check(check));
    }

    private void check(DrainCheck check) {
        WorkerProcess worker = check.worker();
        if (!check.equals(watches.get(worker.id()))) {
            return;
        }
        if (!wishes.drains.test(worker)) {
            watches.remove(worker.id());
            return;
        }
        long begun = resources.loop().now();
        try {
            if (over(check, begun)) {
                watches.remove(worker.id());
                events.accept(new Event.Drained(worker.id()));
                return;
            }
        } catch (IOException unreadable) {
            sink.onEvent("slot " + worker.id() + " drains unobserved: " + unreadable.getMessage());
            watches.remove(worker.id());
            return;
        }
        resources.loop().after(pause(check, begun), () -> check(check));
    }

    private long pause(DrainCheck check, long begun) {
        long now = resources.loop().now();
        if (check.ending(now)) {
            return Math.max(LATE_CHECK_MILLIS, LATE_PAUSES * (now - begun));
        }
        long empty = check.emptyIn(now);
        long wanted = empty == 0 ? CHECK_MILLIS : Math.min(CHECK_MILLIS, empty);
        return Math.max(wanted, PAUSES * (now - begun));
    }

    /// Whether the worker can be stopped. If so, and if it will be, it is frozen now.
    private boolean over(DrainCheck check, long now) throws IOException {
        RemainingWork remaining = check.sample(now);
        if (!wishes.stops.test(check.worker())) {
            return check.quiet(remaining, now);
        }
        if (check.quiet(remaining, now) && check.idle()) {
            return true;
        }
        return (check.quiet(remaining, now) || check.late(remaining, now)) && still(check, now);
    }

    /// Whether that still holds while the worker is frozen; if not, it runs on.
    private boolean still(DrainCheck check, long now) throws IOException {
        Freezer.Frozen stopped = resources.freezer().freeze(check.worker());
        frozen.put(check.worker().id(), stopped);
        boolean over = false;
        try {
            RemainingWork remaining = check.sample(now);
            over = check.quiet(remaining, now) || check.late(remaining, now);
            if (over) {
                report(check.worker().id(), remaining);
            }
            return over;
        } finally {
            if (!over) {
                release(check.worker().id());
            }
        }
    }

    /// Call this when the worker is about to be stopped, quiet or not: reports what it leaves
    /// unfinished.
    public void beforeStop(WorkerId id) {
        DrainCheck check = watches.remove(id);
        if (check == null) {
            return;
        }
        try {
            report(id, check.sample(resources.loop().now()));
        } catch (IOException unreadable) {
            sink.onEvent("slot " + id + " drains unobserved: " + unreadable.getMessage());
        }
    }

    private void report(WorkerId id, RemainingWork remaining) {
        if (!remaining.nothing()) {
            events.accept(new Event.DrainExpired(id, remaining.text()));
        }
    }

    /// Call this after the stop signal was sent: lets the worker run on.
    public void release(WorkerId id) {
        Freezer.Frozen stopped = frozen.remove(id);
        if (stopped != null) {
            stopped.close();
        }
    }

    /// Call this when all decisions have been carried out: lets all workers run on, including those
    /// that were not stopped after all.
    public void release() {
        frozen.values().forEach(Freezer.Frozen::close);
        frozen.clear();
    }

    /// Lets all workers run on.
    @Override
    public void close() {
        watches.clear();
        release();
    }
}
