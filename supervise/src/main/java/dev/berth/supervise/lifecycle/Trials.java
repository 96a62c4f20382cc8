package dev.berth.supervise.lifecycle;

import dev.berth.supervise.contract.Settings;
import dev.berth.supervise.contract.WorkerId;

import java.util.Optional;

/// New workers of a roll, until they have shown that they accept. As long as one has not, its
/// predecessor is kept out of service, and comes back if the new one turns out to be no good.
final class Trials {
    /// How soon it is looked again whether somebody waits for connections: soon at first, as many
    /// servers only turn away from their listener for a moment.
    private static final long FIRST_AGAIN_MILLIS = 10;

    private static final long LAST_AGAIN_MILLIS = 100;

    /// How much later it is decided where too little was seen to decide against a worker.
    private static final long MORE_LOOKS_MILLIS = 500;

    private Trials() {}

    /// Whether a worker that comes into service in this slot is to prove itself. One that brings an
    /// old command back is not: that has worked before.
    private static boolean wanted(Step step, int index) {
        return step.settings().prove().isPositive()
                && step.state().operation().orElse(null) instanceof Operation.Roll roll
                && !roll.reverting()
                && roll.current().orElse(-1) == index;
    }

    /// A worker that listens is about to take the place of another. As long as no thread of it
    /// waits for a connection it is still loading, and a client would wait for that.
    ///
    /// Where one process has the listener this is waited for during [Settings#prove] only, as there
    /// are programs that never wait in a way that can be seen. Where several have it, those that
    /// accept are still to come; if they never do, it is no good.
    ///
    /// `READY=1` counts only where the user goes by it: gunicorn says it before its workers load.
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
                            + " no process of it has waited for a connection; do those that"
                            + " should accept fail to start? (--prove 0s rolls without this look)");
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

    /// The trial of a worker that comes into service. To one in a slot that is held no connection
    /// is led, by which it could prove itself.
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

    /// The time to prove itself is over. That nobody asked is no fault of the worker's; nor is it
    /// that the looks at it are late, for which it is given as much time again.
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
                            + " (if it only needs longer to load: berth run --prove)");
        } else {
            step.change(worker.id(), w -> w.withTrial(Trial.OVER));
        }
    }

    /// An old worker has finished what it had, or its time for that is over: it is told to stop, or
    /// kept until its successor has proven itself.
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

    /// Nothing waited at the last look at one in service; since then a connection may have come
    /// that it dies of.
    private static void again(Step step, WorkerId id) {
        step.change(id, w -> w.withTrial(Trial.begun(decision(step))));
        step.order(new Action.Prove(id));
    }

    /// Ends the trials that have nothing to wait for, and lets the old workers go.
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
