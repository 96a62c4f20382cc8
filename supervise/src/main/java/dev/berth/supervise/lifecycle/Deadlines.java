package dev.berth.supervise.lifecycle;

import dev.berth.supervise.contract.DomainEvent;

/// Handles what is due at a moment: phases that lasted too long, the next start of a slot, the end
/// of the time without a ready worker.
final class Deadlines {
    private Deadlines() {}

    static void expire(TransitionStep step, OperationStep operation) {
        for (Slot slot : step.state().slots()) {
            if (slot.history().retryAt() <= step.now()) {
                step.change(
                        slot.index(),
                        place -> place.withHealth(place.history().retryingAt(Moment.NEVER)));
            }
            for (Worker worker : slot.workers()) {
                // Looked up again: handling another worker may have changed it.
                step.state()
                        .worker(worker.id())
                        .filter(now -> now.deadline() <= step.now())
                        .ifPresent(now -> operation.settle(WorkerTable.overdue(step, now)));
                step.state()
                        .worker(worker.id())
                        .filter(now -> now.verification().until() <= step.now())
                        .ifPresent(
                                now ->
                                        operation.settle(
                                                WorkerTable.verificationOverdue(step, now)));
            }
        }
        giveUp(step);
    }

    private static void giveUp(TransitionStep step) {
        Traffic traffic = step.state().traffic();
        long patience = step.settings().timeouts().giveUp().toMillis();
        boolean due = traffic.noneInServiceSince() != Moment.NEVER && !traffic.refusing();
        if (due && step.now() - traffic.noneInServiceSince() >= patience) {
            step.changeTraffic(now -> now.withUnserved(Admission.REFUSE));
            step.applyTraffic();
            step.report(new DomainEvent.Refusing(step.settings().timeouts().giveUp()));
        }
    }
}
