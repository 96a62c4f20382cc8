package dev.berth.supervise.lifecycle;

import dev.berth.supervise.contract.RequestResult;

/// A change in progress. There is one at a time; stopping ends any other.
///
/// Each method decides from what its step shows, and returns what becomes of the operation. It
/// calls the steps of workers, which call no operation.
public sealed interface Operation
        permits InitialStart, RollingRestart, ScaleChange, SlotDrain, SupervisorShutdown {
    /// The ticket that is answered when the operation is over.
    long ticket();

    /// The verb, as users type it.
    String verb();

    /// What the operation does with the slot.
    default Involvement involvement(int slot) {
        return Involvement.OTHER;
    }

    /// Moves on as far as the state allows.
    Decision advance(TransitionStep step);

    /// The decision to go on as this operation is.
    default Decision continues() {
        return new Decision.Continues(this);
    }

    /// Handles a worker that was to come into service and does not.
    default Decision onFailed(TransitionStep step, WorkerOutcome.Failed failure) {
        return Decision.UNCONCERNED;
    }

    /// Handles a worker in service that exited unexpectedly.
    default Decision onCrashed(TransitionStep step, WorkerOutcome.Crashed crash) {
        return Decision.UNCONCERNED;
    }

    /// Handles a worker in service that exited by itself.
    default Decision onExitedCleanly(TransitionStep step, WorkerOutcome.ExitedCleanly exit) {
        return Decision.UNCONCERNED;
    }

    /// Handles a worker in service that is quiet.
    default Decision onQuiet(TransitionStep step, WorkerOutcome.Quiet quiet) {
        return Decision.UNCONCERNED;
    }

    /// Handles a worker that was stopped with something unfinished.
    default Decision onDrainExpired(WorkerOutcome.DrainExpired expired) {
        return Decision.UNCONCERNED;
    }

    /// Ends before it is finished, because the supervisor stops.
    default void interrupt(TransitionStep step) {
        step.reply(ticket(), new RequestResult.Interrupted());
    }

    /// When the operation has something to do even if nothing happens; [Moment#NEVER] if never.
    default long deadline(ServiceState state) {
        return Moment.NEVER;
    }

    /// Whether new workers may listen on fewer or other addresses than those that they replace.
    default boolean newAddresses() {
        return false;
    }

    /// What becomes of an operation.
    sealed interface Decision {
        Decision UNCONCERNED = new Unconcerned();
        Decision OVER = new Over();

        /// The operation goes on as it was, and has not dealt with what happened.
        record Unconcerned() implements Decision {}

        /// The operation has dealt with what happened, and goes on like this.
        record Continues(Operation next) implements Decision {}

        /// The operation is over, and its caller is answered.
        record Over() implements Decision {}
    }
}
