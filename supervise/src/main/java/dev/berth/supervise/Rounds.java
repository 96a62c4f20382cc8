package dev.berth.supervise;

import dev.berth.supervise.lifecycle.Event;
import dev.berth.supervise.lifecycle.Phase;
import dev.berth.supervise.process.Equipment;
import dev.berth.supervise.process.Guard;
import dev.berth.supervise.process.LiveWorker;
import dev.berth.supervise.process.Loop;
import dev.berth.supervise.watch.Patrol;
import dev.berth.supervise.watch.Strangers;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// Runs the checks that are due once a second.
final class Rounds {
    private static final long PERIOD_MILLIS = 1_000;

    private final Holdings holdings;
    private final Endings endings;
    private final Patrol patrol;

    Rounds(Holdings holdings, Endings endings, Strangers strangers) {
        this.holdings = holdings;
        this.endings = endings;
        patrol =
                new Patrol(
                        holdings.registry(),
                        holdings.equipment().trees(),
                        strangers,
                        holdings.observer(),
                        holdings.plan().backlog());
    }

    /// Schedules the checks; the first runs after one second.
    void begin() {
        holdings.loop().every(PERIOD_MILLIS, this::round);
    }

    private void round() {
        endings.patrol();
        Equipment equipment = holdings.equipment();
        equipment.spawner().prepare();
        part("guard", this::lookAfterGuard);
        part("strangers", () -> patrol.strangers(equipment.diag(), equipment.looks()));
        List<LiveWorker> ready =
                holdings.live().values().stream()
                        .filter(w -> holdings.phase(w).equals(Optional.of(Phase.READY)))
                        .toList();
        for (LiveWorker worker : ready) {
            part("slot " + worker.id(), () -> lookAfterSockets(worker));
        }
        part("queues", () -> patrol.queues(ready, Loop.now(), equipment.diag()));
        holdings.dispatched().ifPresent(passing -> patrol.takers(ready, passing));
    }

    /// A check that runs whether or not the others fail.
    private interface Part {
        void look() throws IOException;
    }

    /// Runs one check. A failure is reported, but not every second.
    private void part(String name, Part part) {
        try {
            part.look();
        } catch (IOException failed) {
            holdings.loop().report(failed, "patrol: " + name);
        }
    }

    private void lookAfterGuard() throws IOException {
        Guard guard = holdings.equipment().guard();
        if (guard.renew()) {
            holdings.observer().said("the guard process had ended; Berth started it again");
        } else if (guard.resume()) {
            holdings.observer().said("the guard process was stopped; Berth resumed it");
        }
    }

    private void lookAfterSockets(LiveWorker worker) throws IOException {
        patrol.sockets(
                worker,
                holdings.equipment().looks(),
                why -> holdings.machine().tell(new Event.Lost(worker.id(), why)));
    }
}
