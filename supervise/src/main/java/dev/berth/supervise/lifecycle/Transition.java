package dev.berth.supervise.lifecycle;

import dev.berth.supervise.contract.Request;

import java.util.List;

/// The supervisor's decisions: a pure function from a state, an event and the time to the next
/// state and the actions to take. It reads no clock and touches no process or socket.
///
/// Calls go downwards only: to the operation in progress ([OperationStep], [Operation]), to the
/// steps of workers ([WorkerTable]), to the moves of which both consist ([WorkerMoves]). What a
/// worker's step means for the operation comes back as a value ([WorkerOutcome]).
///
/// An event about a worker that is gone, or that makes no sense in the worker's phase, changes
/// nothing.
public final class Transition {
    private Transition() {}

    /// The result of one event.
    public record Result(State state, List<Action> actions) {
        public Result {
            actions = List.copyOf(actions);
        }
    }

    /// Applies one event.
    ///
    /// @param now milliseconds of a monotonic clock, never less than in the last call
    public static Result apply(State state, Event event, long now) {
        TransitionStep step = new TransitionStep(state.serviceState(), now);
        OperationStep operation = new OperationStep(step, state.operation());
        react(step, operation, event);
        OldWorkerStop.stopDrained(step);
        operation.advance();
        StartScheduler.begin(step, operation.operation());
        return new Result(new State(step.state(), operation.operation()), step.actions());
    }

    private static void react(TransitionStep step, OperationStep operation, Event event) {
        switch (event) {
            case Event.Begin() -> {}
            case Event.Tick() -> Deadlines.expire(step, operation);
            case Event.OfWorker about ->
                    step.state()
                            .worker(about.id())
                            .map(worker -> outcome(step, operation, worker, about))
                            .ifPresent(operation::settle);
            case Event.Steered answer -> TrafficChanges.steered(step, answer);
            case Event.Requested(long ticket, Request request) -> operation.ask(ticket, request);
        }
    }

    private static WorkerOutcome outcome(
            TransitionStep step, OperationStep operation, Worker worker, Event.OfWorker event) {
        Involvement involvement = operation.involvement(worker.id().slot());
        return WorkerTable.apply(step, worker, event, involvement);
    }
}
