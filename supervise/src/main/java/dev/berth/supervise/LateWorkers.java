package dev.berth.supervise;

import dev.berth.net.ListenAddress;
import dev.berth.supervise.contract.Adopt;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.lifecycle.Event;
import dev.berth.supervise.process.Aside;
import dev.berth.supervise.process.LiveWorker;
import dev.berth.supervise.process.ProcessTree;
import dev.berth.supervise.steering.GroupKey;
import dev.berth.supervise.watch.LateStart;
import dev.berth.supervise.watch.Whereabouts;

import java.util.List;

/// Finds out what a worker that was not ready in time is doing: the answer to
/// [dev.berth.supervise.lifecycle.Action.Locate]. Another thread does the inspection, so the owner
/// thread does not wait.
final class LateWorkers {
    private final Holdings holdings;

    LateWorkers(Holdings holdings) {
        this.holdings = holdings;
    }

    /// Inspects the worker `id` if it is alive. The answer is [Event.Located]; there is none if the
    /// inspection fails.
    ///
    /// @param listening whether the worker listens on everything that it has to
    void look(WorkerId id, boolean listening) {
        holdings.worker(id).ifPresent(worker -> look(worker, listening));
    }

    private void look(LiveWorker worker, boolean listening) {
        ProcessTree tree = holdings.equipment().trees().tree(worker);
        holdings.equipment()
                .looks()
                .ask(
                        () -> Whereabouts.of(tree),
                        answer -> {
                            if (answer instanceof Aside.Done<Whereabouts>(Whereabouts found)) {
                                located(worker, found, listening);
                            }
                        });
    }

    private void located(LiveWorker worker, Whereabouts found, boolean listening) {
        WorkerId id = worker.id();
        List<GroupKey> keys = holdings.registry().listening(id);
        List<ListenAddress> own =
                keys.stream().filter(GroupKey::own).map(GroupKey::listen).distinct().toList();
        List<ListenAddress> shared =
                keys.stream().filter(key -> !key.own()).map(GroupKey::listen).distinct().toList();
        LateStart late =
                new LateStart(
                        holdings.plan(),
                        worker.asked(),
                        holdings.plan().adopt() == Adopt.SECCOMP
                                && worker.asked().size() < LiveWorker.MOST_ASKED,
                        own,
                        holdings.machine().state().incumbent(id).isPresent());
        String text;
        if (listening || holdings.dispatched().isPresent()) {
            text = late.pace(found);
        } else {
            text = shared.isEmpty() ? late.silent(found) : late.late(found, shared);
        }
        holdings.machine().tell(new Event.Located(id, listening, text));
    }
}
