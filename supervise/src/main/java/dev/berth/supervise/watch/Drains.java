package dev.berth.supervise.watch;

import dev.berth.supervise.contract.Observer;
import dev.berth.supervise.lifecycle.Event;
import dev.berth.supervise.process.Equipment;
import dev.berth.supervise.process.LiveWorker;
import dev.berth.supervise.process.Loop;
import dev.berth.supervise.steering.Dispatched;
import dev.berth.supervise.steering.SocketRegistry;

import java.io.IOException;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;

/// Looks at the workers that get nothing new, again and again, until they are quiet.
public final class Drains {
    private static final long LOOK_MILLIS = 50;

    /// A look may take a tenth of the time: with very many connections it is not cheap.
    private static final long PAUSES = 10;

    private final Equipment equipment;
    private final SocketRegistry registry;
    private final Observer observer;
    private final Optional<Dispatched> dispatched;
    private final Predicate<LiveWorker> wanted;
    private final Consumer<Event> events;

    /// @param wanted whether it still matters that the worker is quiet
    public Drains(
            Equipment equipment,
            SocketRegistry registry,
            Observer observer,
            Optional<Dispatched> dispatched,
            Predicate<LiveWorker> wanted,
            Consumer<Event> events) {
        this.equipment = equipment;
        this.registry = registry;
        this.observer = observer;
        this.dispatched = dispatched;
        this.wanted = wanted;
        this.events = events;
    }

    /// To be called at the moment from which on the worker gets nothing new.
    public void watch(LiveWorker worker) throws IOException {
        DrainWatch watch =
                new DrainWatch(worker, registry, dispatched, equipment.trees(), equipment.diag());
        equipment.loop().after(LOOK_MILLIS, () -> look(worker, watch));
    }

    private void look(LiveWorker worker, DrainWatch watch) {
        if (!wanted.test(worker)) {
            return;
        }
        long begun = Loop.now();
        try {
            if (watch.quiet(begun)) {
                events.accept(new Event.Drained(worker.id()));
                return;
            }
        } catch (IOException unreadable) {
            observer.said("slot " + worker.id() + " drains unseen: " + unreadable.getMessage());
            return;
        }
        long pause = Math.max(LOOK_MILLIS, PAUSES * (Loop.now() - begun));
        equipment.loop().after(pause, () -> look(worker, watch));
    }
}
