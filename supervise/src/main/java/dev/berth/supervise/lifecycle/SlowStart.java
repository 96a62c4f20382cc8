package dev.berth.supervise.lifecycle;

import java.time.Duration;

/// How the share of a fresh worker grows.
final class SlowStart {
    /// A fresh worker's share at first, and the steps in which it grows.
    private static final int STEP_PERCENT = 10;

    private SlowStart() {}

    /// The worker in service: with its whole share, or with a part if it replaces another.
    static Worker enter(TransitionStep step, Worker worker, Involvement involvement) {
        Worker ready = worker.inPhase(Phase.READY, step.now(), Moment.NEVER);
        boolean whole =
                involvement == Involvement.FIRST_START || !step.settings().slowStart().isPositive();
        return whole ? ready : ready.withPercent(STEP_PERCENT, step.now() + pause(step));
    }

    /// Gives a worker in service a larger share, when that is due.
    static void grow(TransitionStep step, Worker worker) {
        int percent = Math.min(Worker.FULL_PERCENT, worker.percent() + STEP_PERCENT);
        long until = percent == Worker.FULL_PERCENT ? Moment.NEVER : step.now() + pause(step);
        step.change(worker.id(), w -> w.withPercent(percent, until));
        step.applyTraffic();
    }

    private static long pause(TransitionStep step) {
        Duration whole = step.settings().slowStart();
        return Math.max(1, whole.toMillis() / (Worker.FULL_PERCENT / STEP_PERCENT));
    }
}
