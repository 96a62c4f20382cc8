package dev.berth.supervise.lifecycle;

import dev.berth.supervise.contract.WorkerId;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/// The state, and the events that wait to be decided on by [Transition].
///
/// Owner thread only.
public final class StateMachine {
    private final Deque<Event> events = new ArrayDeque<>();
    private State state;

    public StateMachine(State initial) {
        state = initial;
    }

    public State state() {
        return state;
    }

    /// Adds an event. It is decided on later: events that are added while actions are carried out
    /// come after these.
    public void post(Event event) {
        events.add(event);
    }

    /// Whether any event has not been decided on.
    public boolean pending() {
        return !events.isEmpty();
    }

    /// Decides on the first event. If memory runs out, the event stays first.
    ///
    /// @return what to do, in this order
    public List<Action> decide(long now) {
        Event event = events.remove();
        try {
            Transition.Result result = Transition.apply(state, event, now);
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
