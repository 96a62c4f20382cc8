package dev.berth.supervise.lifecycle;

import dev.berth.supervise.contract.Command;
import dev.berth.supervise.contract.DomainEvent;
import dev.berth.supervise.contract.Settings;
import dev.berth.supervise.contract.WorkerFailure;
import dev.berth.supervise.contract.WorkerId;

import java.util.Comparator;
import java.util.Optional;

/// The moves of which the steps of workers and of operations consist: each brings one worker into
/// another phase, and orders what goes with it.
final class WorkerMoves {
    /// How long after SIGKILL it is sent again.
    private static final long KILL_AGAIN_MILLIS = 5_000;

    private WorkerMoves() {}

    static void start(TransitionStep step, int index, Command command) {
        Slot slot = step.slot(index);
        WorkerId id = new WorkerId(index, slot.generation() + 1);
        Worker worker = Worker.starting(id, command, step.now(), step.settings());
        step.change(index, place -> place.adding(worker).withSince(step.now()));
        step.settings()
                .stagger()
                .ifPresent(
                        pause ->
                                step.become(
                                        step.state().withNextStart(step.now() + pause.toMillis())));
        step.emit(new Action.Spawn(id, command));
    }

    /// Takes a ready worker out of service for good.
    static void drain(TransitionStep step, Worker worker) {
        long until = step.now() + step.settings().timeouts().drain().toMillis();
        step.change(worker.id(), w -> w.inPhase(Phase.DRAINING, step.now(), until));
        step.applyTraffic();
        step.emit(new Action.Drain(worker.id()));
    }

    static void terminate(TransitionStep step, Worker worker) {
        terminate(step, worker, false);
    }

    private static void terminate(TransitionStep step, Worker worker, boolean ending) {
        long moment = ending ? Settings.SELF_EXIT.toMillis() : 0;
        long until = step.now() + moment + step.settings().timeouts().grace().toMillis();
        step.change(worker.id(), w -> w.inPhase(Phase.STOPPING, step.now(), until));
        step.applyTraffic();
        step.emit(new Action.Terminate(worker.id(), ending));
    }

    static void kill(TransitionStep step, Worker worker) {
        long again = step.now() + KILL_AGAIN_MILLIS;
        step.change(
                worker.id(),
                w -> w.inPhase(Phase.KILLED, step.now(), again).withReason(w.reason()));
        step.emit(new Action.Kill(worker.id()));
    }

    static void killOverdue(TransitionStep step, Worker worker) {
        step.report(new DomainEvent.StopExpired(worker.id()));
        kill(step, worker);
    }

    /// Ends the workers of a slot that is to become empty: those in service are drained first,
    /// others are stopped at once.
    static void vacate(TransitionStep step, Slot slot) {
        step.change(
                slot.index(), place -> place.withHealth(place.history().retryingAt(Moment.NEVER)));
        for (Worker worker : slot.workers()) {
            if (worker.phase() == Phase.READY) {
                drain(step, worker);
            } else if (worker.phase().candidate()) {
                terminate(step, worker);
            }
        }
    }

    /// Removes the slots that were to become empty and are.
    static void removeEmptySlots(TransitionStep step) {
        for (Slot slot : step.state().slots()) {
            if (slot.goal() == Slot.Goal.LEAVE && slot.workers().isEmpty()) {
                step.become(step.state().withoutSlot(slot));
            }
        }
    }

    /// Removes a worker that has ended: its sockets are closed, or kept for its successors.
    static void remove(TransitionStep step, WorkerId id) {
        step.change(id.slot(), slot -> slot.without(id).withSince(step.now()));
        step.applyTraffic();
        Slot slot = step.slot(id.slot());
        boolean succeeded = slot.ready().isPresent() || slot.goal() == Slot.Goal.LEAVE;
        step.emit(succeeded ? new Action.CloseSockets(id) : new Action.KeepQueue(id));
    }

    /// Gives up a worker that is alive but did not become ready.
    ///
    /// @param what is wrong with it, for users
    static WorkerOutcome stopUnready(TransitionStep step, Worker worker, String what) {
        terminate(step, worker);
        return new WorkerOutcome.Failed(
                worker.id(),
                new WorkerFailure.Unusable(worker.id(), worker.pid(), what),
                WorkerOutcome.Recovery.RETRY);
    }

    /// The predecessor, as long as it has not been told to stop.
    static Optional<Worker> rollbackCandidate(Slot slot) {
        return slot.workers().stream()
                .filter(worker -> worker.phase() == Phase.DRAINING)
                .max(Comparator.comparing(Worker::id));
    }

    /// Puts the predecessor back into service. It also serves what waits for its successor, which
    /// gets the stop signal.
    static void putBack(TransitionStep step, Worker worker, Worker old) {
        putBack(step, worker, old, false);
    }

    /// The same for a successor that seems to be exiting by itself: it gets the signal a little
    /// later, so that its own exit code is seen.
    static void putBackForEnding(TransitionStep step, Worker worker, Worker old) {
        putBack(step, worker, old, true);
    }

    private static void putBack(TransitionStep step, Worker worker, Worker old, boolean ending) {
        step.change(worker.id(), w -> w.inPhase(Phase.STOPPING, step.now(), Moment.NEVER));
        returnToService(step, old);
        terminate(step, worker, ending);
        step.emit(new Action.MoveQueue(worker.id()));
    }

    static void returnToService(TransitionStep step, Worker old) {
        step.change(old.id(), w -> w.inPhase(Phase.READY, step.now(), Moment.NEVER));
        step.change(old.id().slot(), slot -> slot.withCommand(old.command()));
        step.report(new DomainEvent.WorkerBackInService(old.id(), old.pid()));
        step.applyTraffic();
    }

    /// Whether the worker has been in its phase for so long that its end is no consequence of how
    /// it began.
    static boolean stable(TransitionStep step, Worker worker) {
        return step.now() - worker.since() >= Settings.STABLE.toMillis();
    }
}
