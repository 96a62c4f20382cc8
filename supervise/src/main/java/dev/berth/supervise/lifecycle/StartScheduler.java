package dev.berth.supervise.lifecycle;

import dev.berth.supervise.contract.Command;
import dev.berth.supervise.contract.WorkerId;

import java.util.Optional;

/// Which slots get a new worker, and when: crashed ones at once (or after their backoff), first
/// starts one after the other.
final class StartScheduler {
    /// How many workers may be starting at a time, in slots that were never ready.
    private static final int AT_ONCE = 2;

    private StartScheduler() {}

    static void begin(TransitionStep step) {
        if (step.state().stopping()) {
            return;
        }
        for (Slot slot : step.state().slots()) {
            if (wanted(step.state(), slot) && mayStartNow(step, slot)) {
                start(step, slot.index(), slot.command());
            }
        }
    }

    /// Whether some slot could start if its turn by the clock had come.
    static boolean paused(State state) {
        return state.settings().stagger().isPresent()
                && state.slots().stream().anyMatch(slot -> wanted(state, slot));
    }

    /// Whether the slot has neither a worker in service nor a candidate, and may start one.
    private static boolean wanted(State state, Slot slot) {
        return slot.goal() != Slot.Goal.LEAVE
                && !slot.history().waiting()
                && slot.candidate().isEmpty()
                && slot.ready().isEmpty()
                && !rolling(state, slot)
                && vacant(state, slot);
    }

    static void start(TransitionStep step, int index, Command command) {
        Slot slot = step.slot(index);
        WorkerId id = new WorkerId(index, slot.generation() + 1);
        Worker worker = Worker.starting(id, command, step.now(), step.settings());
        step.change(index, place -> place.adding(worker).withSince(step.now()));
        step.settings()
                .stagger()
                .ifPresent(
                        pause ->
                                step.become(
                                        step.state().withNextStart(step.now() + pause.toMillis())));
        step.emit(new Action.Spawn(id, command));
    }

    /// Whether a roll is starting the worker of this slot.
    private static boolean rolling(State state, Slot slot) {
        Optional<Operation> operation = state.operation();
        return operation.orElse(null) instanceof Operation.Roll roll
                && roll.current().isPresent()
                && roll.current().getAsInt() == slot.index();
    }

    private static boolean vacant(State state, Slot slot) {
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
