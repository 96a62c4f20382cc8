package dev.berth.supervise.lifecycle;

import dev.berth.supervise.contract.DomainEvent;
import dev.berth.supervise.contract.RequestResult;
import dev.berth.supervise.contract.Settings;
import dev.berth.supervise.contract.WorkerId;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/// One application of the transition function while it runs: the state of the service so far and
/// the actions so far. It lives no longer than the call.
final class TransitionStep {
    private final List<Action> actions = new ArrayList<>();
    private final long now;
    private ServiceState state;
    private Action.Serve service;

    TransitionStep(ServiceState state, long now) {
        this.state = state;
        this.now = now;
        this.service = state.service();
    }

    long now() {
        return now;
    }

    ServiceState state() {
        return state;
    }

    Settings settings() {
        return state.settings();
    }

    /// The actions so far, in order.
    List<Action> actions() {
        return actions;
    }

    void emit(Action action) {
        actions.add(action);
    }

    void report(DomainEvent event) {
        emit(new Action.Emit(event));
    }

    /// Answers the caller, if there is one that waits.
    void reply(long ticket, RequestResult result) {
        if (ticket != Action.NOBODY) {
            emit(new Action.Reply(ticket, result));
        }
    }

    void become(ServiceState next) {
        state = next;
    }

    void change(int slot, UnaryOperator<Slot> change) {
        state = state.changing(slot, change);
    }

    void change(WorkerId id, UnaryOperator<Worker> change) {
        change(id.slot(), slot -> slot.changing(id, change));
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
            emit(next);
        }
        if (!next.workers().isEmpty()) {
            state = state.withNoneInServiceSince(Moment.NEVER);
            refuse(false);
        } else if (state.noneInServiceSince() == Moment.NEVER && !state.refusing()) {
            state = state.withNoneInServiceSince(now);
            shortenBackoffs();
        }
    }

    /// Sets since when no worker has been served.
    void noneInServiceSince(long when) {
        state = state.withNoneInServiceSince(when);
    }

    /// Shortens the pauses of all slots, because no worker is in service.
    private void shortenBackoffs() {
        long soon = now + Settings.LONGEST_UNSERVED_BACKOFF.toMillis();
        for (Slot slot : state.slots()) {
            if (slot.history().waiting() && slot.history().retryAt() > soon) {
                change(slot.index(), place -> place.withHealth(place.history().retryingAt(soon)));
            }
        }
    }

    void refuse(boolean refused) {
        if (state.refusing() != refused) {
            state = state.withRefusing(refused);
            emit(new Action.Refuse(refused));
        }
    }
}
