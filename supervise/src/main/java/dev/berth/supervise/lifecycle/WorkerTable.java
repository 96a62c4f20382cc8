package dev.berth.supervise.lifecycle;

/// What happens to a worker: phase × event, each cell in its place. A cell changes the worker and
/// its slot, and returns what that means for the operation that may wait for the worker.
final class WorkerTable {
    private WorkerTable() {}

    /// @param involvement what the operation in progress does with the worker's slot
    static WorkerOutcome apply(
            TransitionStep step, Worker worker, Event.OfWorker event, Involvement involvement) {
        return switch (event) {
            case Event.Spawned spawned ->
                    after(() -> WorkerReadiness.spawned(step, worker, spawned.pid()));
            case Event.SpawnFailed failed -> WorkerLoss.spawnFailed(step, worker, failed.why());
            case Event.Listening _ ->
                    switch (worker.phase()) {
                        case STARTING, SETTLING ->
                                after(() -> WorkerReadiness.listening(step, worker));
                        case READY, DRAINING, STOPPING, KILLED -> WorkerOutcome.NONE;
                    };
            case Event.Incomplete incomplete ->
                    switch (worker.phase()) {
                        case STARTING ->
                                after(() -> WorkerReadiness.incomplete(step, worker, incomplete));
                        case SETTLING, READY, DRAINING, STOPPING, KILLED -> WorkerOutcome.NONE;
                    };
            case Event.Announced _ ->
                    switch (worker.phase()) {
                        case SETTLING -> after(() -> WorkerReadiness.announced(step, worker));
                        case STARTING, READY, DRAINING, STOPPING, KILLED ->
                                after(() -> step.change(worker.id(), Worker::withAnnounced));
                    };
            case Event.Checked checked ->
                    switch (worker.phase()) {
                        case SETTLING ->
                                WorkerReadiness.checked(
                                        step, worker, checked.listenState(), involvement);
                        case STARTING, READY, DRAINING, STOPPING, KILLED -> WorkerOutcome.NONE;
                    };
            case Event.Inspected inspected ->
                    switch (worker.phase()) {
                        case STARTING, SETTLING -> StartTimeout.inspected(step, worker, inspected);
                        case READY, DRAINING, STOPPING, KILLED -> WorkerOutcome.NONE;
                    };
            case Event.VerificationSampled sampled ->
                    switch (worker.phase()) {
                        case READY -> after(() -> RollVerification.sampled(step, worker, sampled));
                        case STARTING, SETTLING, DRAINING, STOPPING, KILLED -> WorkerOutcome.NONE;
                    };
            case Event.ListenerLost lost ->
                    switch (worker.phase()) {
                        case STARTING, SETTLING ->
                                WorkerLoss.candidateListenerLost(step, worker, lost.why());
                        case READY -> WorkerLoss.listenerLost(step, worker, lost.why());
                        case DRAINING, STOPPING, KILLED -> WorkerOutcome.NONE;
                    };
            case Event.Drained _ ->
                    switch (worker.phase()) {
                        case READY -> new WorkerOutcome.Quiet(worker.id());
                        case DRAINING -> after(() -> OldWorkerStop.drained(step, worker));
                        case STARTING, SETTLING, STOPPING, KILLED -> WorkerOutcome.NONE;
                    };
            case Event.DrainExpired expired ->
                    switch (worker.phase()) {
                        case DRAINING, STOPPING ->
                                OldWorkerStop.drainExpired(step, worker, expired.what());
                        case STARTING, SETTLING, READY, KILLED -> WorkerOutcome.NONE;
                    };
            case Event.Exited exited ->
                    switch (worker.phase()) {
                        case STARTING -> WorkerLoss.exitedAtStart(step, worker, exited);
                        case SETTLING ->
                                WorkerLoss.exitedWhileSettling(step, worker, exited, involvement);
                        case READY -> WorkerLoss.exitedInService(step, worker, exited);
                        case DRAINING, STOPPING, KILLED ->
                                WorkerLoss.exitedAsOrdered(step, worker, exited);
                    };
        };
    }

    /// The row of the event that the phase has lasted too long (or, while settling, long enough).
    static WorkerOutcome overdue(TransitionStep step, Worker worker) {
        return switch (worker.phase()) {
            case STARTING -> WorkerReadiness.startOverdue(step, worker);
            case SETTLING -> WorkerReadiness.settleOverdue(step, worker);
            case READY -> after(() -> SlowStart.grow(step, worker));
            case DRAINING -> after(() -> OldWorkerStop.drained(step, worker));
            case STOPPING -> after(() -> WorkerMoves.killOverdue(step, worker));
            case KILLED -> after(() -> WorkerMoves.kill(step, worker));
        };
    }

    /// The row of the event that the time to verify the worker is over.
    static WorkerOutcome verificationOverdue(TransitionStep step, Worker worker) {
        return switch (worker.phase()) {
            case READY -> RollVerification.overdue(step, worker);
            case STARTING, SETTLING, DRAINING, STOPPING, KILLED -> WorkerOutcome.NONE;
        };
    }

    /// A cell that means nothing for an operation.
    private static WorkerOutcome after(Runnable cell) {
        cell.run();
        return WorkerOutcome.NONE;
    }
}
