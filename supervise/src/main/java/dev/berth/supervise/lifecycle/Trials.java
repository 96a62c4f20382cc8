package dev.berth.supervise.lifecycle;

import dev.berth.supervise.contract.Settings;
import dev.berth.supervise.contract.WorkerId;

import java.util.Optional;

/// New workers of a roll, until they have shown that they accept. Until then the predecessor is
/// kept out of service, and comes back if the new worker turns out to be bad.
final class Trials {
    /// The pause before the next check whether a thread waits for connections: short at first, as
    /// many servers only turn away from their listener for a moment.
    private static final long FIRST_AGAIN_MILLIS = 10;

    private static final long LAST_AGAIN_MILLIS = 100;

    /// How long a decision is postponed if too little was observed to decide against a worker.
    private static final long MORE_LOOKS_MILLIS = 500;

    private Trials() {}

    /// Whether a worker that comes into service in this slot must prove itself. A worker that
    /// brings an old command back need not: that has worked before.
    private static boolean wanted(Step step, int index) {
        return step.settings().prove().isPositive()
                && step.state().operation().orElse(null) instanceof Operation.Roll roll
                && !roll.reverting()
                && roll.current().orElse(-1) == index;
    }

    /// Whether a listening worker is too early to replace another. As long as no thread of it waits
    /// for a connection it is still loading, and a client would have to wait for that.
    ///
    /// If one process has the listener, this waits only for [Settings#prove], as some programs
    /// never wait in a way that can be seen. If several have it, the accepting processes are still
    /// to come; if they never do, the worker is bad.
    ///
    /// `READY=1` counts only if the user relies on it: gunicorn sends it before its workers load.
    ///
    /// @return whether it does not come into service now
    static boolean tooEarly(Step step, Worker worker, Sight sight) {
        int index = worker.id().slot();
        boolean loading = sight == Sight.LISTENS || sight == Sight.SHARED;
        boolean successor = step.slot(index).ready().isPresent();
        boolean trusted = step.settings().ready() == Settings.Ready.ANNOUNCED;
        if (!loading || trusted || !successor || !wanted(step, index)) {
            return false;
        }
        long waited = step.now() - settled(step, worker);
        long next = step.now() + Math.clamp(waited, FIRST_AGAIN_MILLIS, LAST_AGAIN_MILLIS);
        if (next < limit(step, worker, sight)) {
            step.change(worker.id(), w -> w.withDeadline(next));
            return true;
        }
        if (sight == Sight.SHARED) {
            Lives.abandon(
                    step,
                    worker,
                    "listens, but within "
                            + Epitaph.seconds(step.settings().startTimeout())
                            + " none of its processes waited for a connection; perhaps those that"
                            + " should accept fail to start (--prove 0s skips this check)");
            return true;
        }
        return false;
    }

    private static long limit(Step step, Worker worker, Sight sight) {
        long proven = settled(step, worker) + step.settings().prove().toMillis();
        return sight == Sight.SHARED ? worker.startBy() : Math.min(worker.startBy(), proven);
    }

    private static long settled(Step step, Worker worker) {
        return worker.since() + step.settings().settle().toMillis();
    }

    /// The trial of a worker that comes into service. A worker in a drained slot gets no
    /// connections with which it could prove itself.
    static Trial of(Step step, Worker worker, boolean successor) {
        int index = worker.id().slot();
        boolean served = step.slot(index).goal() == Slot.Goal.RUN;
        return successor && served && wanted(step, index)
                ? Trial.begun(decision(step))
                : Trial.OVER;
    }

    private static long decision(Step step) {
        return step.now() + step.settings().prove().toMillis();
    }

    static void seen(Step step, WorkerId id, Evidence evidence, String detail) {
        Optional<Worker> worker = step.state().worker(id).filter(w -> w.trial().open());
        if (worker.isEmpty()) {
            return;
        }
        Trial before = worker.get().trial();
        long until =
                switch (evidence) {
                    case AWAITING, ACCEPTED -> Worker.NEVER;
                    case NONE, UNANSWERED, TAKEN ->
                            before.evidence() == evidence ? before.until() : decision(step);
                };
        step.change(id, w -> w.withTrial(before.seen(evidence, until, detail, step.now())));
    }

    /// Handles the end of the time to prove itself. It is not the worker's fault if no client
    /// connected, or if the checks are late; in the latter case the decision is postponed.
    static void overdue(Step step, Worker worker) {
        Trial trial = worker.trial();
        boolean unanswered = trial.evidence() == Evidence.UNANSWERED;
        if (unanswered && !trial.certain(step.now())) {
            long more = step.now() + MORE_LOOKS_MILLIS;
            step.change(worker.id(), w -> w.withTrial(trial.decidedAt(more)));
        } else if (unanswered) {
            String limit = Epitaph.seconds(step.settings().prove());
            Lives.dismiss(
                    step,
                    worker,
                    "accepts no connection: "
                            + worker.trial().detail()
                            + ", for "
                            + limit
                            + " (if it only needs longer to load, raise --prove of berth run)");
        } else {
            step.change(worker.id(), w -> w.withTrial(Trial.OVER));
        }
    }

    /// Handles an old worker that has finished its connections, or whose time for that is over: it
    /// gets the stop signal, or is kept until its successor has proven itself.
    static void quiet(Step step, Worker old) {
        step.change(old.id(), w -> w.withDeadline(Worker.NEVER));
        int index = old.id().slot();
        step.slot(index)
                .ready()
                .filter(worker -> worker.trial().evidence() == Evidence.AWAITING)
                .filter(worker -> step.state().service().workers().contains(worker.id()))
                .ifPresent(worker -> again(step, worker.id()));
        release(step, step.slot(index));
    }

    /// Checks the worker in service again: at the last check nothing waited, and since then a
    /// connection may have arrived that kills it.
    private static void again(Step step, WorkerId id) {
        step.change(id, w -> w.withTrial(Trial.begun(decision(step))));
        step.order(new Action.Prove(id));
    }

    /// Ends the trials that have nothing left to wait for, and lets the old workers go.
    static void release(Step step) {
        step.state().slots().forEach(slot -> release(step, slot));
    }

    private static void release(Step step, Slot slot) {
        boolean quiet =
                slot.workers().stream()
                        .filter(worker -> worker.phase() == Phase.DRAINING)
                        .allMatch(Worker::quiet);
        slot.ready()
                .filter(worker -> worker.trial().evidence() == Evidence.AWAITING && quiet)
                .ifPresent(w -> step.change(w.id(), worker -> worker.withTrial(Trial.OVER)));
        if (step.slot(slot.index()).trying()) {
            return;
        }
        slot.workers().stream()
                .filter(Worker::quiet)
                .forEach(worker -> Lives.terminate(step, worker));
    }
}
