package dev.berth.supervise.lifecycle;

import dev.berth.supervise.contract.WorkerId;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/// The state, and what has happened since it was decided on: events wait here for [Transition].
///
/// One thread's.
public final class Machine {
    private final Deque<Event> events = new ArrayDeque<>();
    private State state;

    public Machine(State initial) {
        state = initial;
    }

    public State state() {
        return state;
    }

    /// Something happened. It is decided on later, as what is told while actions are carried out
    /// comes after these.
    public void tell(Event event) {
        events.add(event);
    }

    /// Whether anything has happened that is not decided on.
    public boolean pending() {
        return !events.isEmpty();
    }

    /// Decides on what happened first. Where memory lacks for it, that stays what happened first.
    ///
    /// @return what is to be done, in this order
    public List<Action> decide(long now) {
        Event event = events.remove();
        try {
            Action.Result result = Transition.apply(state, event, now);
            state = result.state();
            return result.actions();
        } catch (OutOfMemoryError lacking) {
            events.addFirst(event);
            throw lacking;
        }
    }

    /// Empty for a worker that is gone.
    public Optional<Phase> phase(WorkerId id) {
        return state.worker(id).map(Worker::phase);
    }
}
