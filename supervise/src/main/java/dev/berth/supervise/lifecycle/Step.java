package dev.berth.supervise.lifecycle;

import dev.berth.supervise.contract.Outcome;
import dev.berth.supervise.contract.Settings;
import dev.berth.supervise.contract.WorkerId;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// One application of the transition function while it runs: the state so far and the actions so
/// far. It lives no longer than the call.
final class Step {
    private final List<Action> actions = new ArrayList<>();
    private final long now;
    private State state;
    private Action.Serve service;

    Step(State state, long now) {
        this.state = state;
        this.now = now;
        this.service = state.service();
    }

    long now() {
        return now;
    }

    State state() {
        return state;
    }

    Settings settings() {
        return state.settings();
    }

    Action.Result result() {
        return new Action.Result(state, actions);
    }

    void order(Action action) {
        actions.add(action);
    }

    void say(String text) {
        order(new Action.Say(text));
    }

    /// Answers the caller that waits. If nobody waits, a failure is reported to users.
    void reply(long ticket, Outcome outcome) {
        if (ticket != Operation.NOBODY) {
            order(new Action.Reply(ticket, outcome));
        } else if (!outcome.done()) {
            say(outcome.text());
        }
    }

    void become(State next) {
        state = next;
    }

    void change(int slot, UnaryOperator<Slot> change) {
        state = state.changing(slot, change);
    }

    void change(WorkerId id, UnaryOperator<Worker> change) {
        change(id.slot(), slot -> slot.changing(id, change));
    }

    void operation(Operation next) {
        state = state.withOperation(Optional.of(next));
    }

    void operationOver() {
        state = state.withOperation(Optional.empty());
    }

    Slot slot(int index) {
        return state.slot(index)
                .orElseThrow(() -> new IllegalStateException("no such slot: slot=" + index));
    }

    /// Orders the table to follow the state, if it does not already.
    void serve() {
        Action.Serve next = state.service();
        if (!next.equals(service)) {
            service = next;
            order(next);
        }
        if (!next.workers().isEmpty()) {
            state = state.emptySince(Worker.NEVER);
            refuse(false);
        } else if (state.emptySince() == Worker.NEVER && !state.refusing()) {
            state = state.emptySince(now);
            hurry();
        }
    }

    /// Sets since when no worker has been served.
    void nobodySince(long when) {
        state = state.emptySince(when);
    }

    /// Shortens the pauses of all slots, because no worker is in service.
    private void hurry() {
        long soon = now + Settings.SOON.toMillis();
        for (Slot slot : state.slots()) {
            if (slot.health().waiting() && slot.health().retryAt() > soon) {
                change(slot.index(), place -> place.withHealth(place.health().retryingAt(soon)));
            }
        }
    }

    void refuse(boolean refused) {
        if (state.refusing() != refused) {
            state = state.refusing(refused);
            order(new Action.Refuse(refused));
        }
    }
}
