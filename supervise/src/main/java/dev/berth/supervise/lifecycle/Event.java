package dev.berth.supervise.lifecycle;

import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.sys.ExitStatus;

import java.util.Optional;

/// Something that happened, as it is passed to the transition function.
public sealed interface Event {
    /// Something that happened to a worker.
    sealed interface OfWorker extends Event {
        WorkerId id();
    }

    /// The very first event.
    record Begin() implements Event {}

    /// Time has passed; a deadline may be due.
    record Tick() implements Event {}

    record Spawned(WorkerId id, int pid) implements OfWorker {}

    record SpawnFailed(WorkerId id, String why) implements OfWorker {}

    /// The worker listens on everything that it has to; repeated for each further listener before
    /// it is ready.
    record Listening(WorkerId id) implements OfWorker {}

    /// The worker listens, but not on everything that it has to; repeated for each further
    /// listener.
    ///
    /// @param missing what is missing, for users
    /// @param replaces whether the worker in service of its slot has what is missing
    record Incomplete(WorkerId id, String missing, boolean replaces) implements OfWorker {}

    /// The worker sent `READY=1`, or its probe was answered.
    record Announced(WorkerId id) implements OfWorker {}

    /// The answer to [Action.Check].
    record Checked(WorkerId id, ListenState listenState) implements OfWorker {}

    /// The answer to [Action.Inspect], with the same `listening`.
    ///
    /// @param what the worker is doing, for users: the whole sentence for a worker that does not
    ///   listen, otherwise the part that follows "it"
    record Inspected(WorkerId id, boolean listening, String what) implements OfWorker {}

    /// Since [Action.Verify], the observation of the worker has changed.
    ///
    /// @param detail what waits for it, for users; empty if nothing does
    record VerificationSampled(WorkerId id, VerificationResult result, String detail)
            implements OfWorker {}

    /// A ready worker no longer has the listener through which it got connections.
    record ListenerLost(WorkerId id, String why) implements OfWorker {}

    /// The answer to [Action.Drain]: nothing waits for the worker and none of its connections is
    /// busy.
    record Drained(WorkerId id) implements OfWorker {}

    /// The worker, which was draining, is told to stop although something is left.
    ///
    /// @param what is left, for users
    record DrainExpired(WorkerId id, String what) implements OfWorker {}

    /// The worker's first process has ended.
    ///
    /// @param leftovers processes that it started and that were still alive
    /// @param lastOutput the end of its output, possibly empty
    /// @param served whether it has accepted connections, as far as that can be known
    record Exited(WorkerId id, ExitStatus status, int leftovers, String lastOutput, boolean served)
            implements OfWorker {}

    /// The answer to an [Action.Apply] that changes the policy.
    ///
    /// @param failure why the policy has not changed; empty if it has
    record Steered(Policy policy, Optional<String> failure) implements Event {}

    /// A request, to be answered by [Action.Reply] with the same `ticket`.
    record Requested(long ticket, Request request) implements Event {}
}
