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
    private TrafficPlan applied;

    TransitionStep(ServiceState state, long now) {
        this.state = state;
        this.now = now;
        applied = TrafficPlan.of(state);
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

    void changeTraffic(UnaryOperator<Traffic> change) {
        state = state.withTraffic(change.apply(state.traffic()));
    }

    /// Orders the traffic to follow the state, if it does not already.
    void applyTraffic() {
        Traffic traffic = state.traffic();
        if (!state.inService().isEmpty()) {
            changeTraffic(Traffic::served);
        } else if (traffic.noneInServiceSince() == Moment.NEVER && !traffic.refusing()) {
            changeTraffic(unserved -> unserved.unservedSince(now));
            shortenBackoffs();
        }
        TrafficPlan plan = TrafficPlan.of(state);
        if (!plan.equals(applied)) {
            applied = plan;
            emit(new Action.Apply(plan));
        }
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
}
