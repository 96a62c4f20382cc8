package dev.berth.supervise;

import dev.berth.supervise.lifecycle.Event;
import dev.berth.supervise.lifecycle.Phase;
import dev.berth.supervise.process.Equipment;
import dev.berth.supervise.process.LiveWorker;
import dev.berth.supervise.process.Loop;
import dev.berth.supervise.watch.Patrol;
import dev.berth.supervise.watch.Strangers;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// What is looked after once a second.
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

    /// The first comes after a second.
    void begin() {
        holdings.loop().every(PERIOD_MILLIS, this::round);
    }

    private void round() {
        try {
            endings.patrol();
            Equipment equipment = holdings.equipment();
            equipment.spawner().prepare();
            if (equipment.guard().renew()) {
                holdings.observer().said("the guard process had ended; it was started again");
            } else if (equipment.guard().resume()) {
                holdings.observer().said("the guard process was stopped; it goes on again");
            }
            patrol.strangers(equipment.diag(), equipment.looks());
            List<LiveWorker> ready =
                    holdings.live().values().stream()
                            .filter(w -> holdings.phase(w).equals(Optional.of(Phase.READY)))
                            .toList();
            for (LiveWorker worker : ready) {
                patrol.sockets(
                        worker,
                        equipment.looks(),
                        why -> holdings.machine().tell(new Event.Lost(worker.id(), why)));
            }
            patrol.queues(ready, Loop.now(), equipment.diag());
            holdings.dispatched().ifPresent(passing -> patrol.takers(ready, passing));
        } catch (IOException failed) {
            holdings.observer().said("patrol: " + failed.getMessage());
        }
    }
}
