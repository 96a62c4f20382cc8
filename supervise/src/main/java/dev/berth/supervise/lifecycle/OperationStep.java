package dev.berth.supervise.lifecycle;

import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.RequestResult;

import java.util.Optional;

/// The operation in progress during one application of the transition function: which request may
/// begin one, what it makes of the steps of workers, how it goes on. It lives no longer than the
/// call.
final class OperationStep {
    private final TransitionStep step;
    private Optional<Operation> operation;

    OperationStep(TransitionStep step, Optional<Operation> operation) {
        this.step = step;
        this.operation = operation;
    }

    Optional<Operation> operation() {
        return operation;
    }

    /// What the operation does with the slot.
    Involvement involvement(int slot) {
        return operation.map(now -> now.involvement(slot)).orElse(Involvement.IDLE);
    }

    void ask(long ticket, Request request) {
        if (request instanceof Request.Stop) {
            stop(ticket);
        } else if (TrafficChanges.concerns(request) && !stopping()) {
            TrafficChanges.begin(step, ticket, request);
        } else if (operation.isPresent()) {
            refuse(ticket, operation.get().verb());
        } else {
            operation = begin(ticket, request);
        }
    }

    private boolean stopping() {
        return operation.filter(SupervisorShutdown.class::isInstance).isPresent();
    }

    private void stop(long ticket) {
        if (operation.orElse(null) instanceof SupervisorShutdown shutdown) {
            operation = Optional.of(shutdown.again(step, ticket));
            return;
        }
        operation.ifPresent(interrupted -> interrupted.interrupt(step));
        operation = Optional.of(SupervisorShutdown.begin(step, ticket, 0));
    }

    private void refuse(long ticket, String verb) {
        step.reply(ticket, new RequestResult.Busy(verb));
    }

    private Optional<Operation> begin(long ticket, Request request) {
        int size = step.state().slots().size();
        return switch (request) {
            case Request.Roll roll -> RollingRestart.begin(step, ticket, roll);
            case Request.Scale(int workers) -> ScaleChange.begin(step, ticket, workers);
            case Request.ScaleBy(int difference) ->
                    ScaleChange.begin(step, ticket, Math.max(1, size + difference));
            case Request.Drain(int slot) -> SlotDrain.begin(step, ticket, slot);
            case Request.Undrain(int slot) -> {
                SlotDrain.undrain(step, ticket, slot);
                yield Optional.empty();
            }
            case Request.Steer _, Request.Shed _, Request.Stop _ ->
                    throw new IllegalStateException("begins no operation: " + request);
        };
    }

    /// Lets the operation handle what the step of a worker means for it.
    void settle(WorkerOutcome outcome) {
        switch (outcome) {
            case WorkerOutcome.None() -> {}
            case WorkerOutcome.Failed failure -> failed(failure);
            case WorkerOutcome.Crashed crash ->
                    operation.ifPresent(o -> decide(o.onCrashed(step, crash)));
            case WorkerOutcome.ExitedCleanly exit ->
                    operation.ifPresent(o -> decide(o.onExitedCleanly(step, exit)));
            case WorkerOutcome.Quiet quiet ->
                    operation.ifPresent(o -> decide(o.onQuiet(step, quiet)));
            case WorkerOutcome.DrainExpired expired ->
                    operation.ifPresent(o -> decide(o.onDrainExpired(expired)));
        }
    }

    /// A failure that no operation deals with is the slot's own: it gets another worker.
    private void failed(WorkerOutcome.Failed failure) {
        boolean retried = failure.recovery() != WorkerOutcome.Recovery.NONE;
        if (retried && step.slot(failure.id().slot()).goal() == Slot.Goal.LEAVE) {
            return;
        }
        Operation.Decision decision =
                operation
                        .map(now -> now.onFailed(step, failure))
                        .orElse(Operation.Decision.UNCONCERNED);
        decide(decision);
        if (retried && decision instanceof Operation.Decision.Unconcerned) {
            Backoff.retry(step, failure);
        }
    }

    /// Moves the operation on as far as the state allows, and ends it when it is done.
    void advance() {
        WorkerMoves.removeEmptySlots(step);
        operation.ifPresent(now -> decide(now.advance(step)));
    }

    private void decide(Operation.Decision decision) {
        switch (decision) {
            case Operation.Decision.Unconcerned() -> {}
            case Operation.Decision.Continues(Operation next) -> operation = Optional.of(next);
            case Operation.Decision.Over() -> operation = Optional.empty();
        }
    }
}
