package dev.berth.supervise.lifecycle;

import dev.berth.supervise.contract.Outcome;
import dev.berth.supervise.contract.Request;

import java.util.Optional;

/// Requests and the operations that they start: which may begin, how they continue, how they end.
final class Operations {
    private Operations() {}

    static void asked(Step step, long ticket, Request request) {
        if (request instanceof Request.Stop) {
            Stopping.begin(step, ticket, 0);
            return;
        }
        Optional<Operation> current = step.state().operation();
        if (Steerage.concerns(request) && !step.state().stopping()) {
            Steerage.begin(step, ticket, request);
            return;
        }
        if (current.isPresent()) {
            String verb = current.get().verb();
            step.reply(
                    ticket,
                    Outcome.failed(
                            "a "
                                    + verb
                                    + " is in progress; try again when it is over (berth"
                                    + " status shows it)"));
            return;
        }
        begin(step, ticket, request);
    }

    private static void begin(Step step, long ticket, Request request) {
        int size = step.state().slots().size();
        switch (request) {
            case Request.Roll roll -> Rolls.begin(step, ticket, roll);
            case Request.Scale(int workers) -> Scaling.begin(step, ticket, workers);
            case Request.ScaleBy(int difference) ->
                    Scaling.begin(step, ticket, Math.max(1, size + difference));
            case Request.Drain(int slot) -> Holding.begin(step, ticket, slot);
            case Request.Undrain(int slot) -> Holding.end(step, ticket, slot);
            case Request.Steer _, Request.Shed _ -> Steerage.begin(step, ticket, request);
            case Request.Stop() -> Stopping.begin(step, ticket, 0);
        }
    }

    /// Moves the operation on as far as the state allows, and ends it when it is done.
    static void advance(Step step) {
        Scaling.removeEmpty(step);
        Operation operation = step.state().operation().orElse(null);
        switch (operation) {
            case null -> {}
            case Operation.Start start -> Starting.advance(step);
            case Operation.Roll roll -> Rolls.advance(step, roll);
            case Operation.Scale scale -> Scaling.advance(step, scale);
            case Operation.Hold hold -> Holding.advance(step, hold);
            case Operation.Stop stop -> Stopping.advance(step, stop);
        }
    }

    /// Handles the failure of a worker that was to come into service in `slot`.
    ///
    /// @return whether the operation deals with it, so that the slot need not
    static boolean failed(Step step, int slot, String why) {
        Operation operation = step.state().operation().orElse(null);
        return switch (operation) {
            case null -> false;
            case Operation.Start start -> Starting.failed(step, why);
            case Operation.Roll roll -> Rolls.failed(step, roll, slot, why);
            case Operation.Scale scale -> Scaling.failed(step, scale, slot, why);
            case Operation.Hold hold -> false;
            case Operation.Stop stop -> true;
        };
    }

    /// Records that a worker was stopped with something unfinished.
    static void givenUp(Step step, String text) {
        if (step.state().operation().orElse(null) instanceof Operation.Roll roll) {
            step.operation(roll.leaving(text));
        }
    }

    /// Handles a worker that was in service in `slot`, exited by itself and is followed by the
    /// next. That is not a failure, but an operation that waits for this very worker waits in vain.
    static void finished(Step step, int slot, String why) {
        if (step.state().operation().orElse(null) instanceof Operation.Hold hold) {
            Holding.crashed(step, hold, slot, why);
        }
    }

    /// Handles a worker in service in `slot` that exited unexpectedly.
    static void crashed(Step step, int slot, String why) {
        Operation operation = step.state().operation().orElse(null);
        switch (operation) {
            case null -> {}
            case Operation.Start start -> {}
            case Operation.Roll roll -> Rolls.crashed(step, roll, slot, why);
            case Operation.Scale scale -> Scaling.failed(step, scale, slot, why);
            case Operation.Hold hold -> Holding.crashed(step, hold, slot, why);
            case Operation.Stop stop -> {}
        }
    }
}
