package dev.berth.supervise.lifecycle;

import dev.berth.supervise.contract.RequestResult;
import dev.berth.supervise.contract.WorkerFailure;

import java.util.Optional;

/// Waiting until a drained slot is quiet, or until `deadline`. The slot's worker lives on out of
/// service until the slot is put back into service.
record SlotDrain(long ticket, int slot, long deadline) implements Operation {
    /// Drains the slot, or answers why not.
    static Optional<Operation> begin(TransitionStep step, long ticket, int index) {
        Optional<Slot> slot = step.state().slot(index);
        Optional<Worker> worker = slot.flatMap(Slot::ready);
        if (worker.isEmpty()) {
            step.reply(ticket, noWorker(step, index));
        } else if (slot.get().goal() == Slot.Goal.DRAINED) {
            step.reply(
                    ticket, new RequestResult.Drained(index, RequestResult.DrainedState.ALREADY));
        } else if (step.state().inService().size() == 1) {
            step.reply(ticket, new RequestResult.OnlySlot(index));
        } else {
            return Optional.of(drain(step, ticket, worker.get()));
        }
        return Optional.empty();
    }

    private static Operation drain(TransitionStep step, long ticket, Worker worker) {
        int index = worker.id().slot();
        step.change(index, slot -> slot.withGoal(Slot.Goal.DRAINED).withSince(step.now()));
        step.applyTraffic();
        step.emit(new Action.Drain(worker.id()));
        return new SlotDrain(
                ticket, index, step.now() + step.settings().timeouts().drain().toMillis());
    }

    /// Puts a drained slot back into service.
    static void undrain(TransitionStep step, long ticket, int index) {
        Optional<Slot> slot = step.state().slot(index);
        if (slot.isEmpty()) {
            step.reply(ticket, noWorker(step, index));
            return;
        }
        if (slot.get().goal() == Slot.Goal.DRAINED) {
            step.change(index, s -> s.withGoal(Slot.Goal.RUN).withSince(step.now()));
            step.applyTraffic();
        }
        boolean ready = slot.get().ready().isPresent();
        step.reply(ticket, new RequestResult.Undrained(index, ready));
    }

    /// Why nothing can be done with that slot.
    static RequestResult noWorker(TransitionStep step, int index) {
        int slots = step.state().slots().size();
        return step.state().slot(index).isEmpty()
                ? new RequestResult.NoSuchSlot(index, slots)
                : new RequestResult.NoReadyWorker(index);
    }

    @Override
    public String verb() {
        return "drain";
    }

    @Override
    public Decision advance(TransitionStep step) {
        return step.now() >= deadline ? over(step, RequestResult.DrainedState.OPEN) : continues();
    }

    @Override
    public Decision onQuiet(TransitionStep step, WorkerOutcome.Quiet quiet) {
        return quiet.id().slot() == slot
                ? over(step, RequestResult.DrainedState.QUIET)
                : Decision.UNCONCERNED;
    }

    private Decision over(TransitionStep step, RequestResult.DrainedState state) {
        step.reply(ticket, new RequestResult.Drained(slot, state));
        return Decision.OVER;
    }

    @Override
    public Decision onCrashed(TransitionStep step, WorkerOutcome.Crashed crash) {
        return gone(step, crash.id().slot(), crash.failure());
    }

    @Override
    public Decision onExitedCleanly(TransitionStep step, WorkerOutcome.ExitedCleanly exit) {
        return gone(step, exit.id().slot(), exit.failure());
    }

    private Decision gone(TransitionStep step, int index, WorkerFailure failure) {
        if (index != slot) {
            return Decision.UNCONCERNED;
        }
        step.reply(ticket, new RequestResult.DrainLost(failure, index));
        return Decision.OVER;
    }

    @Override
    public long deadline(ServiceState state) {
        return deadline;
    }
}
