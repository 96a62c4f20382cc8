package dev.berth.supervise.lifecycle;

import dev.berth.supervise.contract.DomainEvent;
import dev.berth.supervise.contract.WorkerFailure;

import java.util.Optional;

/// The steps of a worker that exits, or that can no longer be used although it is alive.
final class WorkerLoss {
    private WorkerLoss() {}

    static WorkerOutcome spawnFailed(TransitionStep step, Worker worker, String why) {
        WorkerMoves.remove(step, worker.id());
        return worker.phase().candidate()
                ? new WorkerOutcome.Failed(
                        worker.id(),
                        new WorkerFailure.NotStarted(worker.id(), why),
                        WorkerOutcome.Recovery.RETRY_SOON)
                : WorkerOutcome.NONE;
    }

    /// A worker that is not ready yet closed its listener: with the ready protocol it cannot come
    /// back, otherwise a check would find out.
    static WorkerOutcome candidateListenerLost(TransitionStep step, Worker worker, String why) {
        return step.settings().usesReadyProtocol()
                ? WorkerMoves.stopUnready(step, worker, why)
                : WorkerOutcome.NONE;
    }

    static WorkerOutcome listenerLost(TransitionStep step, Worker worker, String why) {
        step.report(new DomainEvent.ListenerLost(worker.id(), why));
        Slot slot = step.slot(worker.id().slot());
        Optional<Worker> old = WorkerMoves.rollbackCandidate(slot);
        if (slot.candidate().isPresent()) {
            WorkerMoves.drain(step, worker);
        } else if (old.isPresent()) {
            WorkerMoves.putBackForEnding(step, worker, old.get());
            step.change(
                    worker.id(), w -> w.withStopReason("closed its listener after it was ready"));
        } else if (step.settings().usesReadyProtocol()) {
            // It cannot come back, but may finish its connections.
            WorkerMoves.drain(step, worker);
            return restart(step, worker, new WorkerFailure.ListenerLost(worker.id(), why));
        } else {
            listenAgain(step, worker);
        }
        return WorkerOutcome.NONE;
    }

    private static void listenAgain(TransitionStep step, Worker worker) {
        boolean stable = WorkerMoves.stable(step, worker);
        step.change(worker.id(), w -> w.restarting(step.now(), step.settings()));
        step.change(
                worker.id().slot(),
                slot ->
                        slot.withSince(step.now())
                                .withHealth(stable ? slot.history().steady() : slot.history()));
        step.applyTraffic();
    }

    /// A worker in service turned out to be bad although it is alive: its predecessor comes back if
    /// it is still there.
    static WorkerOutcome replaceByPredecessor(TransitionStep step, Worker worker, String why) {
        Optional<Worker> old = WorkerMoves.rollbackCandidate(step.slot(worker.id().slot()));
        if (old.isPresent()) {
            WorkerMoves.putBack(step, worker, old.get());
            return new WorkerOutcome.Failed(
                    worker.id(),
                    new WorkerFailure.Unusable(worker.id(), worker.pid(), why),
                    WorkerOutcome.Recovery.NONE);
        }
        WorkerOutcome failed = WorkerMoves.stopUnready(step, worker, why);
        step.emit(new Action.MoveQueue(worker.id()));
        return failed;
    }

    static WorkerOutcome exitedAtStart(TransitionStep step, Worker worker, Event.Exited exited) {
        boolean never = !step.slot(worker.id().slot()).history().wasEverReady();
        WorkerMoves.remove(step, worker.id());
        report(step, worker, exited, DomainEvent.ExitReason.NOT_READY);
        return new WorkerOutcome.Failed(
                worker.id(),
                new WorkerFailure.ExitedAtStart(
                        ended(worker, exited),
                        worker.phase() == Phase.SETTLING,
                        exited.leftovers(),
                        step.settings().usesReadyProtocol()),
                never && CommandLineError.reported(exited)
                        ? WorkerOutcome.Recovery.MISUSED
                        : WorkerOutcome.Recovery.RETRY);
    }

    /// If many connections wait for a server with a request limit, it can reach the limit while it
    /// settles. That is no failure if no operation waits for the worker and its slot has been in
    /// service before.
    static WorkerOutcome exitedWhileSettling(
            TransitionStep step, Worker worker, Event.Exited exited, Involvement involvement) {
        boolean before = step.slot(worker.id().slot()).history().wasEverReady();
        if (!cleanly(exited) || involvement != Involvement.IDLE || !before) {
            return exitedAtStart(step, worker, exited);
        }
        WorkerMoves.remove(step, worker.id());
        if (step.state().traffic().noneInServiceSince() != Moment.NEVER) {
            step.changeTraffic(traffic -> traffic.unservedSince(step.now()));
        }
        return exitedCleanly(step, worker, exited);
    }

    static WorkerOutcome exitedInService(TransitionStep step, Worker worker, Event.Exited exited) {
        WorkerMoves.remove(step, worker.id());
        return cleanly(exited) && !worker.verification().pending()
                ? exitedCleanly(step, worker, exited)
                : crashed(step, worker, exited);
    }

    /// A worker that was told to stop has ended.
    static WorkerOutcome exitedAsOrdered(TransitionStep step, Worker worker, Event.Exited exited) {
        WorkerMoves.remove(step, worker.id());
        report(step, worker, exited, DomainEvent.ExitReason.ORDERED);
        return worker.stopReason()
                .<WorkerOutcome>map(
                        reason ->
                                new WorkerOutcome.Failed(
                                        worker.id(),
                                        new WorkerFailure.StoppedAndEnded(
                                                ended(worker, exited), reason),
                                        WorkerOutcome.Recovery.NONE))
                .orElse(WorkerOutcome.NONE);
    }

    private static boolean cleanly(Event.Exited exited) {
        return exited.served() && exited.status().success();
    }

    /// The worker has served and then exited by itself, as a server with a request limit does: not
    /// a failure.
    private static WorkerOutcome exitedCleanly(
            TransitionStep step, Worker worker, Event.Exited exited) {
        int index = worker.id().slot();
        if (step.slot(index).goal() == Slot.Goal.LEAVE) {
            return WorkerOutcome.NONE;
        }
        report(step, worker, exited, DomainEvent.ExitReason.SERVED);
        step.change(index, slot -> slot.withHealth(slot.history().restarted().steady()));
        return new WorkerOutcome.ExitedCleanly(
                worker.id(), new WorkerFailure.ExitedByItself(worker.id(), worker.pid()));
    }

    private static WorkerOutcome crashed(TransitionStep step, Worker worker, Event.Exited exited) {
        Slot slot = step.slot(worker.id().slot());
        if (slot.goal() == Slot.Goal.LEAVE) {
            return WorkerOutcome.NONE;
        }
        report(step, worker, exited, DomainEvent.ExitReason.CRASHED);
        WorkerFailure failure = new WorkerFailure.Crashed(ended(worker, exited));
        Optional<Worker> old = WorkerMoves.rollbackCandidate(slot);
        if (old.isEmpty()) {
            return restart(step, worker, failure);
        }
        WorkerMoves.returnToService(step, old.get());
        return new WorkerOutcome.Failed(worker.id(), failure, WorkerOutcome.Recovery.NONE);
    }

    /// Starts another worker in the slot of a worker that was in service: at once, or after a pause
    /// if that happens often.
    private static WorkerOutcome restart(
            TransitionStep step, Worker worker, WorkerFailure failure) {
        int index = worker.id().slot();
        step.change(index, slot -> slot.withHealth(slot.history().restarted()));
        boolean stable = WorkerMoves.stable(step, worker);
        int before = stable ? 0 : step.slot(index).history().failures();
        Backoff.apply(step, worker.id(), before + 1, failure);
        return new WorkerOutcome.Crashed(worker.id(), failure);
    }

    private static void report(
            TransitionStep step,
            Worker worker,
            Event.Exited exited,
            DomainEvent.ExitReason reason) {
        step.report(
                new DomainEvent.WorkerExited(
                        worker.id(), worker.pid(), exited.status(), reason, exited.lastOutput()));
    }

    private static WorkerFailure.Ended ended(Worker worker, Event.Exited exited) {
        return new WorkerFailure.Ended(
                worker.id(), worker.pid(), exited.status(), exited.lastOutput());
    }
}
