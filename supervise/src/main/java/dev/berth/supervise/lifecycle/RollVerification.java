package dev.berth.supervise.lifecycle;

import dev.berth.supervise.contract.Settings;
import dev.berth.supervise.contract.UserMessages;
import dev.berth.supervise.contract.WorkerId;

import java.util.Optional;

/// New workers of a roll, until they have shown that they accept. Until then the predecessor is
/// kept out of service, and comes back if the new worker turns out to be bad. [OldWorkerStop] stops
/// the predecessor.
final class RollVerification {
    /// The pause before the next check whether a thread waits for connections: short at first, as
    /// many servers only turn away from their listener for a moment.
    private static final long FIRST_AGAIN_MILLIS = 10;

    private static final long LAST_AGAIN_MILLIS = 100;

    /// How long a decision is postponed if too little was observed to decide against a worker.
    private static final long MORE_SAMPLES_MILLIS = 500;

    private RollVerification() {}

    /// Whether a worker that comes into service in a slot must prove itself. A worker that brings
    /// an old command back need not: that has worked before.
    private static boolean required(TransitionStep step, Involvement involvement) {
        return step.settings().prove().isPositive() && involvement == Involvement.REPLACED;
    }

    /// Postpones the switch to a listening worker that is too early to replace another. As long as
    /// no thread of it waits for a connection it is still loading, and a client would have to wait
    /// for that.
    ///
    /// If one process has the listener, this waits only for [Settings#prove], as some programs
    /// never wait in a way that can be seen. If several have it, the accepting processes are still
    /// to come; if they never do, the worker is bad.
    ///
    /// `READY=1` counts only if the user relies on it: gunicorn sends it before its workers load.
    ///
    /// @return what that means for the roll; empty if the worker comes into service now
    static Optional<WorkerOutcome> postpone(
            TransitionStep step, Worker worker, ListenState listenState, Involvement involvement) {
        int index = worker.id().slot();
        boolean loading = listenState == ListenState.LISTENS || listenState == ListenState.SHARED;
        boolean successor = step.slot(index).ready().isPresent();
        boolean trusted = step.settings().ready() == Settings.Ready.ANNOUNCED;
        if (!loading || trusted || !successor || !required(step, involvement)) {
            return Optional.empty();
        }
        long waited = step.now() - settled(step, worker);
        long next = step.now() + Math.clamp(waited, FIRST_AGAIN_MILLIS, LAST_AGAIN_MILLIS);
        if (next < limit(step, worker, listenState)) {
            step.change(worker.id(), w -> w.withDeadline(next));
            return Optional.of(WorkerOutcome.NONE);
        }
        return listenState == ListenState.SHARED
                ? Optional.of(neverAccepts(step, worker))
                : Optional.empty();
    }

    private static WorkerOutcome neverAccepts(TransitionStep step, Worker worker) {
        return WorkerMoves.stopUnready(
                step,
                worker,
                "listens, but within "
                        + UserMessages.seconds(step.settings().timeouts().start())
                        + " none of its processes waited for a connection; perhaps those that"
                        + " should accept fail to start (--prove 0s skips this check)");
    }

    private static long limit(TransitionStep step, Worker worker, ListenState listenState) {
        long proven = settled(step, worker) + step.settings().prove().toMillis();
        return listenState == ListenState.SHARED
                ? worker.startBy()
                : Math.min(worker.startBy(), proven);
    }

    private static long settled(TransitionStep step, Worker worker) {
        return worker.since() + step.settings().timeouts().settle().toMillis();
    }

    /// The verification of a worker that comes into service. A worker in a drained slot gets no
    /// connections with which it could prove itself.
    static Verification of(
            TransitionStep step, Worker worker, boolean successor, Involvement involvement) {
        boolean served = step.slot(worker.id().slot()).goal() == Slot.Goal.RUN;
        return successor && served && required(step, involvement)
                ? Verification.begun(decision(step))
                : Verification.DONE;
    }

    private static long decision(TransitionStep step) {
        return step.now() + step.settings().prove().toMillis();
    }

    static void sampled(TransitionStep step, Worker worker, Event.VerificationSampled sample) {
        Verification before = worker.verification();
        if (!before.pending()) {
            return;
        }
        VerificationResult result = sample.result();
        long until =
                switch (result) {
                    case AWAITING, ACCEPTED -> Moment.NEVER;
                    case NONE, UNANSWERED, TAKEN ->
                            before.result() == result ? before.until() : decision(step);
                };
        Verification next = before.seen(result, until, sample.detail(), step.now());
        step.change(worker.id(), w -> w.withVerification(next));
    }

    /// Handles the end of the time to prove itself. It is not the worker's fault if no client
    /// connected, or if the checks are late; in the latter case the decision is postponed.
    static WorkerOutcome overdue(TransitionStep step, Worker worker) {
        Verification verification = worker.verification();
        boolean unanswered = verification.result() == VerificationResult.UNANSWERED;
        if (unanswered && !verification.conclusive(step.now())) {
            long more = step.now() + MORE_SAMPLES_MILLIS;
            step.change(worker.id(), w -> w.withVerification(verification.decidedAt(more)));
        } else if (unanswered) {
            String limit = UserMessages.seconds(step.settings().prove());
            return WorkerLoss.replaceByPredecessor(
                    step,
                    worker,
                    ("accepts no connection: %s, for %s (if it only needs longer to"
                                    + " load, raise --prove of berth run)")
                            .formatted(worker.verification().detail(), limit));
        } else {
            step.change(worker.id(), w -> w.withVerification(Verification.DONE));
        }
        return WorkerOutcome.NONE;
    }

    /// Begins the check of the worker in service again: at the last one nothing waited, and since
    /// then a connection may have arrived that kills it.
    static void checkAgain(TransitionStep step, WorkerId id) {
        step.change(id, w -> w.withVerification(Verification.begun(decision(step))));
        step.emit(new Action.Verify(id));
    }
}
