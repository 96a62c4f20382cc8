package dev.berth.supervise.lifecycle;

import dev.berth.supervise.contract.Command;
import dev.berth.supervise.contract.DomainEvent;
import dev.berth.supervise.contract.RequestResult;
import dev.berth.supervise.contract.Settings;
import dev.berth.supervise.contract.WorkerId;

/// Something to do, as the transition function orders it. The order within a list matters.
public sealed interface Action {
    /// The ticket of an operation whose answer nobody waits for.
    long NOBODY = -1;

    /// Start a worker; answered by [Event.Spawned] or [Event.SpawnFailed].
    record Spawn(WorkerId id, Command command) implements Action {}

    /// Check whether the worker still has its listeners, and whether it waits for connections;
    /// answered by [Event.Checked].
    record Check(WorkerId id) implements Action {}

    /// Find out what a worker that is not ready in time is doing; answered by [Event.Inspected].
    ///
    /// @param listening whether it listens, and lacks something else
    record Inspect(WorkerId id, boolean listening) implements Action {}

    /// Bring the traffic to this plan. A change of the policy is answered by [Event.Steered].
    record Apply(TrafficPlan plan) implements Action {}

    /// Watch a worker that gets no new connections until it is quiet; answered by [Event.Drained].
    record Drain(WorkerId id) implements Action {}

    /// Watch whether a new worker accepts the connections that are steered to it; answered by
    /// [Event.VerificationSampled] whenever the observation changes. Ordered again: check it at
    /// once.
    record Verify(WorkerId id) implements Action {}

    /// Move the connections queued for a worker to the workers in service, where possible.
    record MoveQueue(WorkerId id) implements Action {}

    /// Send the stop signal to the worker's first process.
    ///
    /// @param ending whether it seems to be exiting by itself: it gets the signal only if it has
    ///   not ended within [Settings#SELF_EXIT], so that its own exit code is seen
    record Terminate(WorkerId id, boolean ending) implements Action {}

    /// Send SIGKILL to the worker and to all processes that it started.
    record Kill(WorkerId id) implements Action {}

    /// Close the supervisor's descriptors of an ended worker's sockets.
    record CloseSockets(WorkerId id) implements Action {}

    /// Keep the connections queued for a worker that died, for a sibling or its successor.
    record KeepQueue(WorkerId id) implements Action {}

    record Reply(long ticket, RequestResult result) implements Action {}

    /// Report what has happened.
    record Emit(DomainEvent event) implements Action {}

    /// Leave the loop with this exit code.
    record Quit(int code) implements Action {}
}
