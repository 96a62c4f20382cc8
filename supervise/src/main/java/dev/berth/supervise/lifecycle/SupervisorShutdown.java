package dev.berth.supervise.lifecycle;

import dev.berth.supervise.contract.RequestResult;

/// The end: drain all, stop all, quit. A second request kills what is left at once.
final class SupervisorShutdown {
    private SupervisorShutdown() {}

    static void begin(TransitionStep step, long ticket, int code) {
        Operation operation = step.state().operation().orElse(null);
        if (operation instanceof Operation.Stop stop) {
            again(step, stop, ticket);
            return;
        }
        if (operation != null && operation.ticket() != Operation.NOBODY) {
            step.reply(
                    operation.ticket(),
                    RequestResult.failed("the supervisor was stopped before this was finished"));
        }
        step.operation(new Operation.Stop(ticket, 1, code));
        step.refuse(true);
        for (Slot slot : step.state().slots()) {
            step.change(slot.index(), place -> place.withGoal(Slot.Goal.LEAVE));
        }
        step.serve();
        step.state().slots().forEach(slot -> ScaleChange.leave(step, slot));
    }

    /// A stop that is requested while a failed start is being ended waits for that end; it counts
    /// as the first request.
    private static void again(TransitionStep step, Operation.Stop stop, long ticket) {
        if (stop.ticket() == Operation.NOBODY) {
            step.operation(new Operation.Stop(ticket, stop.times(), stop.code()));
            return;
        }
        step.reply(
                stop.ticket(),
                RequestResult.failed("stop was requested again: killed what was left"));
        step.operation(new Operation.Stop(ticket, stop.times() + 1, stop.code()));
        for (Slot slot : step.state().slots()) {
            slot.workers().forEach(worker -> WorkerTransitions.kill(step, worker));
        }
    }

    static void advance(TransitionStep step, Operation.Stop stop) {
        if (step.state().slots().isEmpty()) {
            step.operationOver();
            step.reply(stop.ticket(), RequestResult.done("stopped"));
            step.emit(new Action.Quit(stop.code()));
        }
    }
}
