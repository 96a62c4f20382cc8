package dev.berth.supervise.lifecycle;

/// Handles what is due at a moment: phases that lasted too long, the next start of a slot, the end
/// of the time without a ready worker.
final class Deadlines {
    private Deadlines() {}

    static void expire(TransitionStep step) {
        for (Slot slot : step.state().slots()) {
            if (slot.history().retryAt() <= step.now()) {
                step.change(
                        slot.index(),
                        place -> place.withHealth(place.history().retryingAt(Worker.NEVER)));
            }
            for (Worker worker : slot.workers()) {
                // Looked up again: handling another worker may have changed it.
                step.state()
                        .worker(worker.id())
                        .filter(now -> now.deadline() <= step.now())
                        .ifPresent(now -> overdue(step, now));
                step.state()
                        .worker(worker.id())
                        .filter(now -> now.verification().until() <= step.now())
                        .ifPresent(now -> RollVerification.overdue(step, now));
            }
        }
        giveUp(step);
    }

    private static void overdue(TransitionStep step, Worker worker) {
        switch (worker.phase()) {
            case STARTING -> {
                if (worker.reason().isEmpty()) {
                    StartTimeout.expired(step, worker);
                } else {
                    WorkerTransitions.stopUnready(step, worker, worker.reason());
                }
            }
            case SETTLING -> {
                if (StartTimeout.unannounced(step, worker)) {
                    StartTimeout.expired(step, worker);
                } else if (worker.deadline() > worker.startBy()) {
                    WorkerTransitions.stopUnready(
                            step, worker, "listens, but could not be inspected");
                } else {
                    WorkerTransitions.check(step, worker.id());
                }
            }
            case READY -> TrafficChanges.grow(step, worker);
            case DRAINING -> RollVerification.drained(step, worker);
            case STOPPING -> {
                step.say("slot " + worker.id() + " did not stop in time; killing it");
                WorkerTransitions.kill(step, worker);
            }
            case KILLED -> WorkerTransitions.kill(step, worker);
        }
    }

    private static void giveUp(TransitionStep step) {
        State state = step.state();
        long patience = step.settings().giveUp().toMillis();
        boolean due = state.noneInServiceSince() != Worker.NEVER && !state.refusing();
        if (due && step.now() - state.noneInServiceSince() >= patience) {
            step.refuse(true);
            step.say(
                    "no worker has been ready for "
                            + ExitReport.seconds(step.settings().giveUp())
                            + ": refusing connections until one is");
        }
    }
}
