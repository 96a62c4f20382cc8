package dev.berth.supervise.lifecycle;

import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.WorkerId;

/// The supervisor's decisions: a pure function from a state, an event and the time to the next
/// state and the actions to take. It reads no clock and touches no process or socket.
///
/// An event about a worker that is gone, or that makes no sense in the worker's phase, changes
/// nothing.
public final class Transition {
    private Transition() {}

    /// Applies one event.
    ///
    /// @param now milliseconds of a monotonic clock, never less than in the last call
    public static Action.Result apply(State state, Event event, long now) {
        Step step = new Step(state, now);
        react(step, event);
        Trials.release(step);
        Operations.advance(step);
        Starts.begin(step);
        return step.result();
    }

    private static void react(Step step, Event event) {
        switch (event) {
            case Event.Begin() -> {}
            case Event.Tick() -> Deadlines.meet(step);
            case Event.Spawned(WorkerId id, int pid) ->
                    step.change(id, worker -> worker.withPid(pid));
            case Event.SpawnFailed(WorkerId id, String why) -> Lives.unborn(step, id, why);
            case Event.Listening(WorkerId id) -> Lives.listening(step, id);
            case Event.Incomplete(WorkerId id, String lacks, boolean replaces) ->
                    Lives.incomplete(step, id, lacks, replaces);
            case Event.Announced(WorkerId id) -> Lives.announced(step, id);
            case Event.Checked(WorkerId id, Sight sight) -> Lives.checked(step, id, sight);
            case Event.Located(WorkerId id, boolean listening, String what) ->
                    Lateness.located(step, id, listening, what);
            case Event.Seen(WorkerId id, Evidence evidence, String detail) ->
                    Trials.seen(step, id, evidence, detail);
            case Event.Lost(WorkerId id, String why) -> Lives.lost(step, id, why);
            case Event.Drained(WorkerId id) -> Lives.drained(step, id);
            case Event.GivenUp(WorkerId id, String what) -> Lives.givenUp(step, id, what);
            case Event.Exited exited -> Lives.exited(step, exited);
            case Event.Steered(long ticket, Policy policy, String failure) ->
                    Steerage.steered(step, ticket, policy, failure);
            case Event.Asked(long ticket, Request request) ->
                    Operations.asked(step, ticket, request);
        }
    }
}
