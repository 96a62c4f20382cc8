package dev.berth.supervise;

import dev.berth.supervise.lifecycle.Event;
import dev.berth.supervise.lifecycle.Phase;
import dev.berth.supervise.process.CrashGuard;
import dev.berth.supervise.process.SupervisorResources;
import dev.berth.supervise.process.WorkerProcess;
import dev.berth.supervise.watch.ForeignSockets;
import dev.berth.supervise.watch.SocketHealthCheck;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// Runs the checks that are due once a second.
final class PeriodicChecks {
    private static final long PERIOD_MILLIS = 1_000;

    private final SupervisorContext context;
    private final WorkerReaper reaper;
    private final SocketHealthCheck healthCheck;

    PeriodicChecks(SupervisorContext context, WorkerReaper reaper, ForeignSockets foreignSockets) {
        this.context = context;
        this.reaper = reaper;
        healthCheck =
                new SocketHealthCheck(
                        context.registry(),
                        context.resources(),
                        foreignSockets,
                        context.sink(),
                        context.spec().backlog());
    }

    /// Schedules the checks; the first runs after one second.
    void begin() {
        context.loop().every(PERIOD_MILLIS, this::round);
    }

    private void round() {
        reaper.reapOrphans();
        SupervisorResources resources = context.resources();
        resources.spawner().prepare();
        runCheck("guard", this::checkGuard);
        runCheck("foreign sockets", healthCheck::checkForeignSockets);
        List<WorkerProcess> ready =
                context.live().values().stream()
                        .filter(w -> context.phase(w).equals(Optional.of(Phase.READY)))
                        .toList();
        for (WorkerProcess worker : ready) {
            runCheck("slot " + worker.id(), () -> checkSockets(worker));
        }
        runCheck("queues", () -> healthCheck.checkQueues(ready, context.loop().now()));
        context.dispatcherTarget().ifPresent(passing -> healthCheck.checkReceivers(ready, passing));
    }

    /// A check that runs whether or not the others fail.
    private interface PeriodicCheck {
        void look() throws IOException;
    }

    /// Runs one check. A failure is reported, but not every second.
    private void runCheck(String name, PeriodicCheck check) {
        try {
            check.look();
        } catch (IOException failed) {
            context.loop().report(failed, "periodic check: " + name);
        }
    }

    private void checkGuard() throws IOException {
        CrashGuard guard = context.resources().guard();
        if (guard.renew()) {
            context.sink().onEvent("the guard process had ended; Berth started it again");
        } else if (guard.resume()) {
            context.sink().onEvent("the guard process was stopped; Berth resumed it");
        }
    }

    private void checkSockets(WorkerProcess worker) throws IOException {
        healthCheck.checkSockets(
                worker, why -> context.machine().post(new Event.ListenerLost(worker.id(), why)));
    }
}
