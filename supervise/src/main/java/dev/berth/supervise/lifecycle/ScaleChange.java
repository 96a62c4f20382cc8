package dev.berth.supervise.lifecycle;

import dev.berth.supervise.contract.RequestResult;
import dev.berth.supervise.contract.ServiceSpec;
import dev.berth.supervise.contract.WorkerFailure;
import dev.berth.supervise.contract.WorkerId;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// More slots, or fewer. Growing succeeds as a whole or is undone as a whole.
///
/// @param undoing why the new slots are removed again; empty while the change moves forward
record ScaleChange(long ticket, int from, int to, Optional<WorkerFailure> undoing)
        implements Operation {
    /// Adds slots or empties some, or answers why not.
    static Optional<Operation> begin(TransitionStep step, long ticket, int to) {
        int from = step.state().slots().size();
        if (to > ServiceSpec.MOST_WORKERS) {
            step.reply(ticket, new RequestResult.TooManyWorkers(to, ServiceSpec.MOST_WORKERS));
            return Optional.empty();
        }
        if (to < from && leavesNoneInService(step, to)) {
            step.reply(ticket, new RequestResult.NoneLeft(to));
            return Optional.empty();
        }
        if (to > from) {
            grow(step, from, to);
        } else {
            shrink(step, to);
        }
        return Optional.of(new ScaleChange(ticket, from, to, Optional.empty()));
    }

    private static boolean leavesNoneInService(TransitionStep step, int to) {
        Set<WorkerId> served = step.state().inService();
        return !served.isEmpty() && served.stream().noneMatch(worker -> worker.slot() < to);
    }

    private static void grow(TransitionStep step, int from, int to) {
        List<Slot> slots = new ArrayList<>(step.state().slots());
        for (int index = from; index < to; index++) {
            slots.add(step.state().newSlot(index, step.now()));
        }
        step.become(step.state().withSlots(slots));
        step.applyTraffic();
    }

    private static void shrink(TransitionStep step, int to) {
        List<Slot> leaving =
                step.state().slots().stream().filter(slot -> slot.index() >= to).toList();
        for (Slot slot : leaving) {
            step.change(slot.index(), place -> place.withGoal(Slot.Goal.LEAVE));
        }
        step.applyTraffic();
        leaving.forEach(slot -> WorkerMoves.vacate(step, slot));
    }

    @Override
    public String verb() {
        return "scale";
    }

    @Override
    public Decision advance(TransitionStep step) {
        List<Slot> slots = step.state().slots();
        boolean grown =
                slots.stream()
                        .filter(slot -> slot.index() >= from)
                        .allMatch(slot -> slot.ready().isPresent());
        if (slots.size() != to || !grown) {
            return continues();
        }
        step.reply(
                ticket,
                undoing.<RequestResult>map(failure -> new RequestResult.ScaleUndone(failure, to))
                        .orElseGet(() -> new RequestResult.Scaled(from, to)));
        return Decision.OVER;
    }

    @Override
    public Decision onFailed(TransitionStep step, WorkerOutcome.Failed failure) {
        return undo(step, failure.id().slot(), failure.failure());
    }

    @Override
    public Decision onCrashed(TransitionStep step, WorkerOutcome.Crashed crash) {
        return undo(step, crash.id().slot(), crash.failure());
    }

    /// After the failure of a new slot all new slots are removed again, and the answer comes when
    /// they are gone.
    private Decision undo(TransitionStep step, int slot, WorkerFailure failure) {
        if (slot < from || to <= from) {
            return Decision.UNCONCERNED;
        }
        shrink(step, from);
        return new Decision.Continues(new ScaleChange(ticket, to, from, Optional.of(failure)));
    }
}
