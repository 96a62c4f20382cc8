package dev.berth.supervise.contract;

import dev.berth.sys.ExitStatus;

/// Why a worker failed. [UserMessages] makes a sentence of it.
public sealed interface WorkerFailure {
    /// No process was started.
    ///
    /// @param why the whole sentence, for users
    record NotStarted(WorkerId id, String why) implements WorkerFailure {}

    /// It exited before it was ready.
    ///
    /// @param listened whether it has listened on everything that it has to
    /// @param leftovers processes that it started and that were still alive
    /// @param readyProtocol whether the workers get their connections from a dispatcher
    record ExitedAtStart(Ended worker, boolean listened, int leftovers, boolean readyProtocol)
            implements WorkerFailure {}

    /// It was in service and exited unexpectedly.
    record Crashed(Ended worker) implements WorkerFailure {}

    /// It was told to stop because it could not be used any more, and ended.
    ///
    /// @param reason why it was told to stop, for users: the part that follows its name
    record StoppedAndEnded(Ended worker, String reason) implements WorkerFailure {}

    /// It is alive, but cannot be used.
    ///
    /// @param what is wrong with it, for users: the part that follows its name
    record Unusable(WorkerId id, int pid, String what) implements WorkerFailure {}

    /// It was in service, lost its listener, and cannot get it back.
    ///
    /// @param what happened, for users
    record ListenerLost(WorkerId id, String what) implements WorkerFailure {}

    /// It was in service and exited by itself with exit code 0, while an operation waited for it.
    record ExitedByItself(WorkerId id, int pid) implements WorkerFailure {}

    /// A worker whose first process has ended.
    ///
    /// @param lastOutput the end of its output, possibly empty
    record Ended(WorkerId id, int pid, ExitStatus status, String lastOutput) {}
}
