package dev.berth.supervise.lifecycle;

import dev.berth.supervise.contract.RequestResult;
import dev.berth.supervise.contract.WorkerId;

import java.util.Optional;

/// Drains a slot, whose worker lives on out of service, and puts it back into service.
final class SlotDrain {
    private SlotDrain() {}

    static void begin(TransitionStep step, long ticket, int index) {
        Optional<Slot> slot = step.state().slot(index);
        Optional<Worker> worker = slot.flatMap(Slot::ready);
        if (worker.isEmpty()) {
            step.reply(ticket, RequestResult.failed(noWorker(step, index)));
        } else if (slot.get().goal() == Slot.Goal.DRAINED) {
            step.reply(ticket, RequestResult.done("slot " + index + " is already drained"));
        } else if (step.state().service().workers().size() == 1) {
            step.reply(
                    ticket,
                    RequestResult.failed(
                            "slot "
                                    + index
                                    + " is the only slot in service; draining it would leave no"
                                    + " worker: scale up first, or stop"));
        } else {
            drainSlot(step, ticket, worker.get());
        }
    }

    private static void drainSlot(TransitionStep step, long ticket, Worker worker) {
        int index = worker.id().slot();
        long deadline = step.now() + step.settings().drain().toMillis();
        step.operation(new Operation.DrainSlot(ticket, index, deadline));
        step.change(index, slot -> slot.withGoal(Slot.Goal.DRAINED).withSince(step.now()));
        step.serve();
        step.emit(new Action.Drain(worker.id()));
    }

    static void drained(TransitionStep step, WorkerId id) {
        boolean ready = step.state().worker(id).filter(w -> w.phase() == Phase.READY).isPresent();
        if (ready
                && step.state().operation().orElse(null) instanceof Operation.DrainSlot hold
                && hold.slot() == id.slot()) {
            over(step, hold, "slot " + id.slot() + " is drained: none of its connections is busy");
        }
    }

    static void crashed(TransitionStep step, Operation.DrainSlot hold, int index, String why) {
        if (hold.slot() == index) {
            step.operationOver();
            String rest = "\nslot " + index + " stays drained until you undrain it";
            step.reply(hold.ticket(), RequestResult.failed(why + rest));
        }
    }

    static void advance(TransitionStep step, Operation.DrainSlot hold) {
        if (step.now() >= hold.deadline()) {
            over(
                    step,
                    hold,
                    "slot " + hold.slot() + " gets no new connections; some are still open");
        }
    }

    private static void over(TransitionStep step, Operation.DrainSlot hold, String text) {
        step.operationOver();
        step.reply(hold.ticket(), RequestResult.done(text));
    }

    static void end(TransitionStep step, long ticket, int index) {
        Optional<Slot> slot = step.state().slot(index);
        if (slot.isEmpty()) {
            step.reply(ticket, RequestResult.failed(noWorker(step, index)));
            return;
        }
        if (slot.get().goal() == Slot.Goal.DRAINED) {
            step.change(index, s -> s.withGoal(Slot.Goal.RUN).withSince(step.now()));
            step.serve();
        }
        boolean ready = slot.get().ready().isPresent();
        String when = ready ? " is in service" : " will be in service once its worker is ready";
        step.reply(ticket, RequestResult.done("slot " + index + when));
    }

    /// Why nothing can be done with that slot.
    static String noWorker(TransitionStep step, int index) {
        int slots = step.state().slots().size();
        return step.state().slot(index).isEmpty()
                ? "no slot " + index + ": there are slots 0 to " + (slots - 1)
                : "slot " + index + " has no ready worker";
    }
}
