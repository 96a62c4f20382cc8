package dev.berth.supervise.lifecycle;

import java.util.Optional;

/// Which slots get a new worker, and when: crashed ones at once (or after their backoff), first
/// starts one after the other.
final class StartScheduler {
    /// How many workers may be starting at a time, in slots that were never ready.
    private static final int AT_ONCE = 2;

    private StartScheduler() {}

    static void begin(TransitionStep step, Optional<Operation> operation) {
        for (Slot slot : step.state().slots()) {
            if (wanted(step.state(), operation, slot) && mayStartNow(step, slot)) {
                WorkerMoves.start(step, slot.index(), slot.command());
            }
        }
    }

    /// Whether some slot could start if its turn by the clock had come.
    static boolean paused(ServiceState state, Optional<Operation> operation) {
        return state.settings().stagger().isPresent()
                && state.slots().stream().anyMatch(slot -> wanted(state, operation, slot));
    }

    /// Whether the slot has neither a worker in service nor a candidate, and may start one. A roll
    /// starts the worker of its slot itself.
    private static boolean wanted(ServiceState state, Optional<Operation> operation, Slot slot) {
        return slot.goal() != Slot.Goal.LEAVE
                && !slot.history().waiting()
                && slot.candidate().isEmpty()
                && slot.ready().isEmpty()
                && !operation.filter(now -> now.involvement(slot.index()).rolls()).isPresent()
                && vacant(state, slot);
    }

    private static boolean vacant(ServiceState state, Slot slot) {
        return state.settings().overlap() || slot.workers().isEmpty();
    }

    private static boolean mayStartNow(TransitionStep step, Slot slot) {
        if (slot.history().wasEverReady()) {
            return true;
        }
        if (step.settings().stagger().isPresent()) {
            return step.now() >= step.state().nextStart();
        }
        long starting =
                step.state().slots().stream()
                        .filter(
                                other ->
                                        !other.history().wasEverReady()
                                                && other.candidate().isPresent())
                        .count();
        return starting < AT_ONCE;
    }
}
