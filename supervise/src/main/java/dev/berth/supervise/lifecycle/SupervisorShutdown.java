package dev.berth.supervise.lifecycle;

import dev.berth.supervise.contract.RequestResult;

/// The end: drain all, stop all, quit. A second request kills what is left at once.
record SupervisorShutdown(long ticket, int code) implements Operation {
    static SupervisorShutdown begin(TransitionStep step, long ticket, int code) {
        step.changeTraffic(traffic -> traffic.withUnserved(Admission.CLOSING));
        for (Slot slot : step.state().slots()) {
            step.change(slot.index(), place -> place.withGoal(Slot.Goal.LEAVE));
        }
        step.applyTraffic();
        step.state().slots().forEach(slot -> WorkerMoves.vacate(step, slot));
        return new SupervisorShutdown(ticket, code);
    }

    @Override
    public String verb() {
        return "stop";
    }

    /// A stop that is requested while a failed start is being ended waits for that end; it counts
    /// as the first request.
    SupervisorShutdown again(TransitionStep step, long next) {
        if (ticket == Action.NOBODY) {
            return new SupervisorShutdown(next, code);
        }
        step.reply(ticket, new RequestResult.Killed());
        for (Slot slot : step.state().slots()) {
            slot.workers().forEach(worker -> WorkerMoves.kill(step, worker));
        }
        return new SupervisorShutdown(next, code);
    }

    @Override
    public Decision advance(TransitionStep step) {
        if (!step.state().slots().isEmpty()) {
            return continues();
        }
        step.reply(ticket, new RequestResult.Stopped());
        step.emit(new Action.Quit(code));
        return Decision.OVER;
    }

    /// No slot gets another worker.
    @Override
    public Decision onFailed(TransitionStep step, WorkerOutcome.Failed failure) {
        return continues();
    }
}
