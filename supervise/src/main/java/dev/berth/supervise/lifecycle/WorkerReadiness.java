package dev.berth.supervise.lifecycle;

import dev.berth.supervise.contract.DomainEvent;
import dev.berth.supervise.contract.Settings;

import java.util.Optional;

/// The steps of a worker that is on its way into service.
final class WorkerReadiness {
    /// How long the answer to a check may take when the start time is over.
    private static final long CHECK_MILLIS = Settings.SELF_EXIT.toMillis() + 1_000;

    private WorkerReadiness() {}

    static void spawned(TransitionStep step, Worker worker, int pid) {
        step.change(worker.id(), w -> w.withPid(pid));
        step.report(new DomainEvent.WorkerStarted(worker.id(), pid));
    }

    static void listening(TransitionStep step, Worker worker) {
        if (!StartTimeout.tooLateToListen(worker)) {
            settle(step, worker);
        }
    }

    private static void settle(TransitionStep step, Worker worker) {
        long settled = step.now() + step.settings().timeouts().settle().toMillis();
        boolean waits = step.settings().ready() == Settings.Ready.ANNOUNCED;
        long deadline = waits ? worker.startBy() : Math.min(settled, worker.startBy());
        step.change(worker.id(), w -> w.inPhase(Phase.SETTLING, step.now(), deadline));
        if (worker.announced()) {
            check(step, worker);
        }
    }

    /// The worker may open what is missing in a moment. A program takes about as long from its
    /// first listener to its last as it took to the first, or less; while another worker serves,
    /// that wait loses nothing.
    static void incomplete(TransitionStep step, Worker worker, Event.Incomplete event) {
        Settings settings = step.settings();
        long taken = step.now() - worker.since();
        long more =
                settings.timeouts().settle().toMillis()
                        + Math.max(settings.prove().toMillis(), taken);
        long until = event.replaces() ? step.now() + more : worker.startBy();
        step.change(worker.id(), w -> w.withMissing(event.missing(), Math.min(until, w.startBy())));
    }

    static void announced(TransitionStep step, Worker worker) {
        step.change(worker.id(), Worker::withAnnounced);
        check(step, worker);
    }

    /// The time to listen is over.
    static WorkerOutcome startOverdue(TransitionStep step, Worker worker) {
        return worker.reason()
                .map(missing -> WorkerMoves.stopUnready(step, worker, missing))
                .orElseGet(() -> StartTimeout.expired(step, worker));
    }

    /// The time to settle is over, or the time to become ready.
    static WorkerOutcome settleOverdue(TransitionStep step, Worker worker) {
        if (StartTimeout.unannounced(step, worker)) {
            return StartTimeout.expired(step, worker);
        }
        if (worker.deadline() > worker.startBy()) {
            return WorkerMoves.stopUnready(step, worker, "listens, but could not be inspected");
        }
        check(step, worker);
        return WorkerOutcome.NONE;
    }

    private static void check(TransitionStep step, Worker worker) {
        long answered = step.now() + CHECK_MILLIS;
        step.change(worker.id(), w -> w.withDeadline(Math.max(w.startBy(), answered)));
        step.emit(new Action.Check(worker.id()));
    }

    static WorkerOutcome checked(
            TransitionStep step, Worker worker, ListenState listenState, Involvement involvement) {
        if (listenState == ListenState.LOST) {
            return lostBeforeReady(step, worker, involvement);
        }
        Optional<WorkerOutcome> postponed =
                RollVerification.postpone(step, worker, listenState, involvement);
        if (postponed.isEmpty()) {
            enterService(step, worker, involvement);
        }
        return postponed.orElse(WorkerOutcome.NONE);
    }

    private static WorkerOutcome lostBeforeReady(
            TransitionStep step, Worker worker, Involvement involvement) {
        String why = "closed its listener again before it was ready";
        boolean replaces = involvement.rolls() && step.slot(worker.id().slot()).ready().isPresent();
        if (!replaces) {
            return WorkerMoves.stopUnready(step, worker, why);
        }
        WorkerMoves.terminate(step, worker);
        step.change(worker.id(), w -> w.withStopReason(why));
        return WorkerOutcome.NONE;
    }

    private static void enterService(TransitionStep step, Worker worker, Involvement involvement) {
        Slot slot = step.slot(worker.id().slot());
        Optional<Worker> old = slot.ready();
        Verification verification = RollVerification.of(step, worker, old.isPresent(), involvement);
        Worker ready = SlowStart.enter(step, worker, involvement).withVerification(verification);
        step.change(
                slot.index(),
                place ->
                        place.withCommand(worker.command())
                                .withHealth(place.history().ready())
                                .withSince(step.now())
                                .changing(worker.id(), _ -> ready));
        if (old.isPresent()) {
            WorkerMoves.drain(step, old.get());
            if (step.slot(slot.index()).verifying()) {
                step.emit(new Action.Verify(worker.id()));
            }
        } else {
            step.applyTraffic();
        }
        // Last, because whoever reads it may connect at once.
        step.report(new DomainEvent.WorkerReady(worker.id(), worker.pid()));
    }
}
