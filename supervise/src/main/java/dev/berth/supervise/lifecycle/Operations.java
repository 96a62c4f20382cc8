package dev.berth.supervise.lifecycle;

import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.RequestResult;

import java.util.Optional;

/// Requests and the operations that they start: which may begin, how they continue, how they end.
final class Operations {
    private Operations() {}

    static void asked(TransitionStep step, long ticket, Request request) {
        if (request instanceof Request.Stop) {
            SupervisorShutdown.begin(step, ticket, 0);
            return;
        }
        Optional<Operation> current = step.state().operation();
        if (TrafficChanges.concerns(request) && !step.state().stopping()) {
            TrafficChanges.begin(step, ticket, request);
            return;
        }
        if (current.isPresent()) {
            String verb = current.get().verb();
            step.reply(
                    ticket,
                    RequestResult.failed(
                            "a "
                                    + verb
                                    + " is in progress; try again when it is over (berth"
                                    + " status shows it)"));
            return;
        }
        begin(step, ticket, request);
    }

    private static void begin(TransitionStep step, long ticket, Request request) {
        int size = step.state().slots().size();
        switch (request) {
            case Request.Roll roll -> RollingRestart.begin(step, ticket, roll);
            case Request.Scale(int workers) -> ScaleChange.begin(step, ticket, workers);
            case Request.ScaleBy(int difference) ->
                    ScaleChange.begin(step, ticket, Math.max(1, size + difference));
            case Request.Drain(int slot) -> SlotDrain.begin(step, ticket, slot);
            case Request.Undrain(int slot) -> SlotDrain.end(step, ticket, slot);
            case Request.Steer _, Request.Shed _ -> TrafficChanges.begin(step, ticket, request);
            case Request.Stop() -> SupervisorShutdown.begin(step, ticket, 0);
        }
    }

    /// Moves the operation on as far as the state allows, and ends it when it is done.
    static void advance(TransitionStep step) {
        ScaleChange.removeEmpty(step);
        Operation operation = step.state().operation().orElse(null);
        switch (operation) {
            case null -> {}
            case Operation.Start start -> InitialStart.advance(step);
            case Operation.Roll roll -> RollingRestart.advance(step, roll);
            case Operation.Scale scale -> ScaleChange.advance(step, scale);
            case Operation.DrainSlot hold -> SlotDrain.advance(step, hold);
            case Operation.Stop stop -> SupervisorShutdown.advance(step, stop);
        }
    }

    /// Handles the failure of a worker that was to come into service in `slot`.
    ///
    /// @return whether the operation deals with it, so that the slot need not
    static boolean failed(TransitionStep step, int slot, String why) {
        Operation operation = step.state().operation().orElse(null);
        return switch (operation) {
            case null -> false;
            case Operation.Start start -> InitialStart.failed(step, why);
            case Operation.Roll roll -> RollingRestart.failed(step, roll, slot, why);
            case Operation.Scale scale -> ScaleChange.failed(step, scale, slot, why);
            case Operation.DrainSlot hold -> false;
            case Operation.Stop stop -> true;
        };
    }

    /// Records that a worker was stopped with something unfinished.
    static void drainExpired(TransitionStep step, String text) {
        if (step.state().operation().orElse(null) instanceof Operation.Roll roll) {
            step.operation(roll.leaving(text));
        }
    }

    /// Handles a worker that was in service in `slot`, exited by itself and is followed by the
    /// next. That is not a failure, but an operation that waits for this very worker waits in vain.
    static void exitedCleanly(TransitionStep step, int slot, String why) {
        if (step.state().operation().orElse(null) instanceof Operation.DrainSlot hold) {
            SlotDrain.crashed(step, hold, slot, why);
        }
    }

    /// Handles a worker in service in `slot` that exited unexpectedly.
    static void crashed(TransitionStep step, int slot, String why) {
        Operation operation = step.state().operation().orElse(null);
        switch (operation) {
            case null -> {}
            case Operation.Start start -> {}
            case Operation.Roll roll -> RollingRestart.crashed(step, roll, slot, why);
            case Operation.Scale scale -> ScaleChange.failed(step, scale, slot, why);
            case Operation.DrainSlot hold -> SlotDrain.crashed(step, hold, slot, why);
            case Operation.Stop stop -> {}
        }
    }
}
