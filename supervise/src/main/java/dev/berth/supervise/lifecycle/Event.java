package dev.berth.supervise.lifecycle;

import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.sys.ExitStatus;

/// Something that happened, as the transition function is told of it.
public sealed interface Event {
    /// The first event of all.
    record Begin() implements Event {}

    /// Time has passed; a deadline may be due.
    record Tick() implements Event {}

    record Spawned(WorkerId id, int pid) implements Event {}

    record SpawnFailed(WorkerId id, String why) implements Event {}

    /// The worker listens on all that it has to; told again for each further listener before it is
    /// ready.
    record Listening(WorkerId id) implements Event {}

    /// The worker said `READY=1`, or its probe was answered.
    record Announced(WorkerId id) implements Event {}

    /// The answer to [Action.Check]: whether the worker still has its listeners.
    record Checked(WorkerId id, boolean holds) implements Event {}

    /// A ready worker no longer has the listener that it got connections by.
    record Lost(WorkerId id, String why) implements Event {}

    /// The answer to [Action.Drain]: nothing waits for the worker and none of its connections is
    /// busy.
    record Drained(WorkerId id) implements Event {}

    /// The worker, which drained, is told to stop although something is left.
    ///
    /// @param what is left, for people
    record GivenUp(WorkerId id, String what) implements Event {}

    /// The worker's first process has ended.
    ///
    /// @param survivors processes that it started and that were still alive
    /// @param lastWords the end of its output, possibly empty
    record Exited(WorkerId id, ExitStatus status, int survivors, String lastWords)
            implements Event {}

    /// The answer to [Action.Steer].
    ///
    /// @param failure why everything is as before; empty if it was done
    record Steered(long ticket, Policy policy, String failure) implements Event {}

    /// A request, to be answered by [Action.Reply] with the same `ticket`.
    record Asked(long ticket, Request request) implements Event {}
}
