package dev.berth.supervise.lifecycle;

import dev.berth.supervise.contract.DomainEvent;
import dev.berth.supervise.contract.WorkerFailure;
import dev.berth.supervise.contract.WorkerId;

/// What the step of a worker means for the operation that may wait for that worker. What concerns
/// only the worker and its slot has been done.
sealed interface WorkerOutcome {
    WorkerOutcome NONE = new None();

    /// Nothing that an operation waits for.
    record None() implements WorkerOutcome {}

    /// A worker that was to come into service, or had just come, does not.
    record Failed(WorkerId id, WorkerFailure failure, Recovery recovery) implements WorkerOutcome {}

    /// A worker in service exited unexpectedly, or cannot stay; its slot gets the next.
    record Crashed(WorkerId id, WorkerFailure failure) implements WorkerOutcome {}

    /// A worker in service exited by itself, and its slot gets the next. That is not a failure, but
    /// an operation that waits for this very worker waits in vain.
    record ExitedCleanly(WorkerId id, WorkerFailure failure) implements WorkerOutcome {}

    /// A worker in service is quiet: nothing waits for it, and none of its connections is busy.
    record Quiet(WorkerId id) implements WorkerOutcome {}

    /// A worker was stopped with something unfinished.
    record DrainExpired(DomainEvent.DrainExpired event) implements WorkerOutcome {}

    /// What has to happen if no operation deals with a failure.
    enum Recovery {
        /// Nothing: the predecessor serves again, or another worker is on its way.
        NONE,
        /// The slot gets another worker.
        RETRY,
        /// The slot gets another worker soon: no program was started, and what was missing may be
        /// available again at any moment.
        RETRY_SOON,
        /// The slot gets another worker, unless this is the first start: the program did not
        /// understand its command line, so another try would end the same way.
        MISUSED
    }
}
