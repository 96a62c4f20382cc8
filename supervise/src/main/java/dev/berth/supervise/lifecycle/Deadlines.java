package dev.berth.supervise.lifecycle;

/// Handles what is due at a moment: phases that lasted too long, the next start of a slot, the end
/// of the time without a ready worker.
final class Deadlines {
    private Deadlines() {}

    static void meet(Step step) {
        for (Slot slot : step.state().slots()) {
            if (slot.health().retryAt() <= step.now()) {
                step.change(
                        slot.index(),
                        place -> place.withHealth(place.health().retryingAt(Worker.NEVER)));
            }
            for (Worker worker : slot.workers()) {
                // Looked up again: handling another worker may have changed it.
                step.state()
                        .worker(worker.id())
                        .filter(now -> now.deadline() <= step.now())
                        .ifPresent(now -> overdue(step, now));
                step.state()
                        .worker(worker.id())
                        .filter(now -> now.trial().until() <= step.now())
                        .ifPresent(now -> Trials.overdue(step, now));
            }
        }
        giveUp(step);
    }

    private static void overdue(Step step, Worker worker) {
        switch (worker.phase()) {
            case STARTING -> {
                if (worker.lacks().isEmpty()) {
                    Lateness.begins(step, worker);
                } else {
                    Lives.abandon(step, worker, worker.lacks());
                }
            }
            case SETTLING -> {
                if (Lateness.unannounced(step, worker)) {
                    Lateness.begins(step, worker);
                } else if (worker.deadline() > worker.startBy()) {
                    Lives.abandon(step, worker, "listens, but could not be inspected");
                } else {
                    Lives.check(step, worker.id());
                }
            }
            case READY -> Steerage.grow(step, worker);
            case DRAINING -> Trials.quiet(step, worker);
            case STOPPING -> {
                step.say("slot " + worker.id() + " did not stop in time; killing it");
                Lives.kill(step, worker);
            }
            case KILLED -> Lives.kill(step, worker);
        }
    }

    private static void giveUp(Step step) {
        State state = step.state();
        long patience = step.settings().giveUp().toMillis();
        boolean due = state.emptySince() != Worker.NEVER && !state.refusing();
        if (due && step.now() - state.emptySince() >= patience) {
            step.refuse(true);
            step.say(
                    "no worker has been ready for "
                            + Epitaph.seconds(step.settings().giveUp())
                            + ": refusing connections until one is");
        }
    }
}
