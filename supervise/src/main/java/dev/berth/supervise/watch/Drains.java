package dev.berth.supervise.watch;

import dev.berth.supervise.contract.Observer;
import dev.berth.supervise.contract.Settings;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.lifecycle.Event;
import dev.berth.supervise.process.Equipment;
import dev.berth.supervise.process.Freezer;
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

/// Checks the workers that get no new connections, repeatedly, until they are quiet.
///
/// Between the last check and the stop signal a request may arrive on a kept connection. So the
/// worker is frozen for the last check, and until the signal is sent.
public final class Drains implements AutoCloseable {
    private static final long LOOK_MILLIS = 50;

    /// A check may take a tenth of the time: with very many connections it is not cheap.
    private static final long PAUSES = 10;

    /// The same while looking for the first good moment: the sooner the next check, the fewer good
    /// moments of the worker are missed.
    private static final long LATE_LOOK_MILLIS = 20;

    private static final long LATE_PAUSES = 4;

    private final Equipment equipment;
    private final SocketRegistry registry;
    private final Observer observer;
    private final Optional<Dispatched> dispatched;
    private final Settings settings;
    private final Wishes wishes;
    private final Consumer<Event> events;
    private final Map<WorkerId, DrainWatch> watches = new HashMap<>();
    private final Map<WorkerId, Freezer.Frozen> frozen = new HashMap<>();

    /// The supervisor's decisions about a worker.
    ///
    /// @param drains whether it still matters that the worker is quiet
    /// @param stops whether it is stopped when it is quiet
    public record Wishes(Predicate<LiveWorker> drains, Predicate<LiveWorker> stops) {}

    public Drains(
            Equipment equipment,
            SocketRegistry registry,
            Observer observer,
            Optional<Dispatched> dispatched,
            Settings settings,
            Wishes wishes,
            Consumer<Event> events) {
        this.equipment = equipment;
        this.registry = registry;
        this.observer = observer;
        this.dispatched = dispatched;
        this.settings = settings;
        this.wishes = wishes;
        this.events = events;
    }

    /// Call this at the moment from which on the worker gets no new connections.
    public void watch(LiveWorker worker) throws IOException {
        DrainWatch watch =
                new DrainWatch(worker, registry, dispatched, equipment, settings, Loop.now());
        watches.put(worker.id(), watch);
        equipment.loop().after(LOOK_MILLIS, () -> look(watch));
    }

    private void look(DrainWatch watch) {
        LiveWorker worker = watch.worker();
        if (!watch.equals(watches.get(worker.id()))) {
            return;
        }
        if (!wishes.drains.test(worker)) {
            watches.remove(worker.id());
            return;
        }
        long begun = Loop.now();
        try {
            if (over(watch, begun)) {
                watches.remove(worker.id());
                events.accept(new Event.Drained(worker.id()));
                return;
            }
        } catch (IOException unreadable) {
            observer.said("slot " + worker.id() + " drains unobserved: " + unreadable.getMessage());
            watches.remove(worker.id());
            return;
        }
        equipment.loop().after(pause(watch, begun), () -> look(watch));
    }

    private static long pause(DrainWatch watch, long begun) {
        long now = Loop.now();
        if (watch.ending(now)) {
            return Math.max(LATE_LOOK_MILLIS, LATE_PAUSES * (now - begun));
        }
        long empty = watch.emptyIn(now);
        long wanted = empty == 0 ? LOOK_MILLIS : Math.min(LOOK_MILLIS, empty);
        return Math.max(wanted, PAUSES * (now - begun));
    }

    /// Whether the worker can be stopped. If so, and if it will be, it is frozen now.
    private boolean over(DrainWatch watch, long now) throws IOException {
        Remaining left = watch.look(now);
        if (!wishes.stops.test(watch.worker())) {
            return watch.quiet(left, now);
        }
        if (watch.quiet(left, now) && watch.alone()) {
            return true;
        }
        return (watch.quiet(left, now) || watch.late(left, now)) && still(watch, now);
    }

    /// Whether that still holds while the worker is frozen; if not, it runs on.
    private boolean still(DrainWatch watch, long now) throws IOException {
        Freezer.Frozen stopped = equipment.freezer().freeze(watch.worker());
        frozen.put(watch.worker().id(), stopped);
        boolean over = false;
        try {
            Remaining left = watch.look(now);
            over = watch.quiet(left, now) || watch.late(left, now);
            if (over) {
                report(watch.worker().id(), left);
            }
            return over;
        } finally {
            if (!over) {
                release(watch.worker().id());
            }
        }
    }

    /// Call this when the worker is about to be stopped, quiet or not: reports what it leaves
    /// unfinished.
    public void stops(WorkerId id) {
        DrainWatch watch = watches.remove(id);
        if (watch == null) {
            return;
        }
        try {
            report(id, watch.look(Loop.now()));
        } catch (IOException unreadable) {
            observer.said("slot " + id + " drains unobserved: " + unreadable.getMessage());
        }
    }

    private void report(WorkerId id, Remaining left) {
        if (!left.nothing()) {
            events.accept(new Event.GivenUp(id, left.text()));
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
