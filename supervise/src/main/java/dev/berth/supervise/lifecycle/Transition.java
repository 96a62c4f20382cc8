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
        TransitionStep step = new TransitionStep(state, now);
        react(step, event);
        RollVerification.release(step);
        Operations.advance(step);
        StartScheduler.begin(step);
        return step.result();
    }

    private static void react(TransitionStep step, Event event) {
        switch (event) {
            case Event.Begin() -> {}
            case Event.Tick() -> Deadlines.expire(step);
            case Event.Spawned(WorkerId id, int pid) ->
                    step.change(id, worker -> worker.withPid(pid));
            case Event.SpawnFailed(WorkerId id, String why) ->
                    WorkerTransitions.spawnFailed(step, id, why);
            case Event.Listening(WorkerId id) -> WorkerTransitions.listening(step, id);
            case Event.Incomplete(WorkerId id, String lacks, boolean replaces) ->
                    WorkerTransitions.incomplete(step, id, lacks, replaces);
            case Event.Announced(WorkerId id) -> WorkerTransitions.announced(step, id);
            case Event.Checked(WorkerId id, ListenState listenState) ->
                    WorkerTransitions.checked(step, id, listenState);
            case Event.Inspected(WorkerId id, boolean listening, String what) ->
                    StartTimeout.located(step, id, listening, what);
            case Event.VerificationSampled(WorkerId id, VerificationResult result, String detail) ->
                    RollVerification.seen(step, id, result, detail);
            case Event.ListenerLost(WorkerId id, String why) ->
                    WorkerTransitions.lost(step, id, why);
            case Event.Drained(WorkerId id) -> WorkerTransitions.drained(step, id);
            case Event.DrainExpired(WorkerId id, String what) ->
                    WorkerTransitions.drainExpired(step, id, what);
            case Event.Exited exited -> WorkerTransitions.exited(step, exited);
            case Event.Steered(long ticket, Policy policy, String failure) ->
                    TrafficChanges.steered(step, ticket, policy, failure);
            case Event.Requested(long ticket, Request request) ->
                    Operations.asked(step, ticket, request);
        }
    }
}
