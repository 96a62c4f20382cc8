package dev.berth.supervise;

import dev.berth.net.ListenAddress;
import dev.berth.supervise.contract.SocketSource;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.lifecycle.Event;
import dev.berth.supervise.process.ProcessTree;
import dev.berth.supervise.process.WorkerProcess;
import dev.berth.supervise.steering.GroupKey;
import dev.berth.supervise.watch.LateWorkerScan;
import dev.berth.supervise.watch.StartTimeoutReport;

import java.util.List;

/// Finds out what a worker that was not ready in time is doing: the answer to
/// [dev.berth.supervise.lifecycle.Action.Inspect]. Another thread does the inspection, so the owner
/// thread does not wait.
record StartTimeoutInspector(SupervisorContext context) {
    /// Inspects the worker `id` if it is alive. The answer is [Event.Inspected]; there is none if
    /// the inspection fails.
    ///
    /// @param listening whether the worker listens on everything that it has to
    void inspect(WorkerId id, boolean listening) {
        context.worker(id).ifPresent(worker -> inspect(worker, listening));
    }

    private void inspect(WorkerProcess worker, boolean listening) {
        ProcessTree tree = context.resources().trees().tree(worker);
        context.resources()
                .scanExecutor()
                .attempt(
                        () -> LateWorkerScan.of(tree, context.resources().env().tables()),
                        answer -> answer.ifPresent(found -> inspected(worker, found, listening)));
    }

    private void inspected(WorkerProcess worker, LateWorkerScan found, boolean listening) {
        WorkerId id = worker.id();
        List<GroupKey> keys = context.registry().listening(id);
        List<ListenAddress> own =
                keys.stream().filter(GroupKey::own).map(GroupKey::listen).distinct().toList();
        List<ListenAddress> shared =
                keys.stream().filter(key -> !key.own()).map(GroupKey::listen).distinct().toList();
        StartTimeoutReport report =
                new StartTimeoutReport(
                        context.spec(),
                        worker.passedPorts(),
                        context.spec().sockets() instanceof SocketSource.Intercept
                                && worker.passedPorts().size() < WorkerProcess.MOST_PASSED_PORTS,
                        own,
                        context.machine().state().incumbent(id).isPresent());
        String text;
        if (listening || context.dispatcherTarget().isPresent()) {
            text = report.pace(found);
        } else {
            text = shared.isEmpty() ? report.silent(found) : report.late(found, shared);
        }
        context.machine().post(new Event.Inspected(id, listening, text));
    }
}
