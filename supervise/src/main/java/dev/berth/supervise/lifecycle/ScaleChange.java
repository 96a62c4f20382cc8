package dev.berth.supervise.lifecycle;

import dev.berth.supervise.contract.RequestResult;
import dev.berth.supervise.contract.ServiceSpec;
import dev.berth.supervise.contract.WorkerId;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// More slots, or fewer. Growing succeeds as a whole or is undone as a whole.
final class ScaleChange {
    private ScaleChange() {}

    static void begin(TransitionStep step, long ticket, int to) {
        int from = step.state().slots().size();
        if (to > ServiceSpec.MOST_WORKERS) {
            step.reply(
                    ticket,
                    RequestResult.failed(
                            "at most " + ServiceSpec.MOST_WORKERS + " workers: requested " + to));
            return;
        }
        if (to < from && leavesNoneInService(step, to)) {
            step.reply(
                    ticket,
                    RequestResult.failed(
                            "no worker would be left in service: no slot below "
                                    + to
                                    + " is in service; see berth status"));
            return;
        }
        step.operation(new Operation.Scale(ticket, from, to, ""));
        if (to > from) {
            List<Slot> slots = new ArrayList<>(step.state().slots());
            for (int index = from; index < to; index++) {
                slots.add(step.state().newSlot(index, step.now()));
            }
            step.become(step.state().withSlots(slots));
        } else {
            shrink(step, to);
        }
    }

    private static boolean leavesNoneInService(TransitionStep step, int to) {
        Set<WorkerId> served = step.state().service().workers();
        return !served.isEmpty() && served.stream().noneMatch(worker -> worker.slot() < to);
    }

    private static void shrink(TransitionStep step, int to) {
        List<Slot> leaving =
                step.state().slots().stream().filter(slot -> slot.index() >= to).toList();
        for (Slot slot : leaving) {
            step.change(slot.index(), place -> place.withGoal(Slot.Goal.LEAVE));
        }
        step.serve();
        leaving.forEach(slot -> leave(step, slot));
    }

    /// Ends the workers of a slot that is to become empty: those in service are drained first,
    /// others are stopped at once.
    static void leave(TransitionStep step, Slot slot) {
        step.change(
                slot.index(), place -> place.withHealth(place.history().retryingAt(Worker.NEVER)));
        for (Worker worker : slot.workers()) {
            if (worker.phase() == Phase.READY) {
                WorkerTransitions.drain(step, worker);
            } else if (worker.phase().candidate()) {
                WorkerTransitions.terminate(step, worker);
            }
        }
    }

    static void removeEmpty(TransitionStep step) {
        for (Slot slot : step.state().slots()) {
            if (slot.goal() == Slot.Goal.LEAVE && slot.workers().isEmpty()) {
                step.become(step.state().withoutSlot(slot));
            }
        }
    }

    static void advance(TransitionStep step, Operation.Scale scale) {
        List<Slot> slots = step.state().slots();
        boolean grown =
                slots.stream()
                        .filter(slot -> slot.index() >= scale.from())
                        .allMatch(slot -> slot.ready().isPresent());
        if (slots.size() == scale.to() && grown) {
            step.operationOver();
            step.reply(scale.ticket(), outcome(scale));
        }
    }

    private static RequestResult outcome(Operation.Scale scale) {
        return scale.failure().isEmpty()
                ? RequestResult.done("scaled from " + scale.from() + " to " + scale.to())
                : RequestResult.failed(scale.failure() + "\nstays at " + scale.to() + " workers");
    }

    /// Handles the failure of a new slot: all new slots are removed again, and the answer comes
    /// when they are gone.
    static boolean failed(TransitionStep step, Operation.Scale scale, int slot, String why) {
        if (slot < scale.from() || scale.to() <= scale.from()) {
            return false;
        }
        step.operation(new Operation.Scale(scale.ticket(), scale.to(), scale.from(), why));
        shrink(step, scale.from());
        return true;
    }
}
