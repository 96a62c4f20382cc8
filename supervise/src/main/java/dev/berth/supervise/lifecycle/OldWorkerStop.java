package dev.berth.supervise.lifecycle;

import dev.berth.supervise.contract.DomainEvent;

/// Decides when an old worker that gets no new connections is stopped: once it has finished its
/// connections, or its time for that is over, and its successor has been verified
/// ([RollVerification]).
final class OldWorkerStop {
    private OldWorkerStop() {}

    /// Handles an old worker that has finished its connections, or whose time for that is over: it
    /// gets the stop signal, or is kept until its successor has been verified.
    static void drained(TransitionStep step, Worker old) {
        step.change(old.id(), w -> w.withDeadline(Moment.NEVER));
        int index = old.id().slot();
        step.slot(index)
                .ready()
                .filter(worker -> worker.verification().result() == VerificationResult.AWAITING)
                .filter(worker -> step.state().inService().contains(worker.id()))
                .ifPresent(worker -> RollVerification.checkAgain(step, worker.id()));
        stopDrained(step, step.slot(index));
    }

    /// Handles an old worker that is told to stop although something is left.
    static WorkerOutcome drainExpired(TransitionStep step, Worker old, String left) {
        DomainEvent.DrainExpired event =
                new DomainEvent.DrainExpired(old.id(), step.settings().timeouts().drain(), left);
        step.report(event);
        return new WorkerOutcome.DrainExpired(event);
    }

    /// Stops the old workers that have drained and are no longer needed, in all slots. Ends the
    /// verifications that have nothing left to wait for.
    static void stopDrained(TransitionStep step) {
        step.state().slots().forEach(slot -> stopDrained(step, slot));
    }

    private static void stopDrained(TransitionStep step, Slot slot) {
        boolean quiet =
                slot.workers().stream()
                        .filter(worker -> worker.phase() == Phase.DRAINING)
                        .allMatch(Worker::drainDone);
        slot.ready()
                .filter(
                        worker ->
                                worker.verification().result() == VerificationResult.AWAITING
                                        && quiet)
                .ifPresent(
                        w ->
                                step.change(
                                        w.id(),
                                        worker -> worker.withVerification(Verification.DONE)));
        if (step.slot(slot.index()).verifying()) {
            return;
        }
        slot.workers().stream()
                .filter(Worker::drainDone)
                .forEach(worker -> WorkerMoves.terminate(step, worker));
    }
}
