package dev.berth.supervise.contract;

import dev.berth.sys.ExitStatus;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Something that the supervisor has decided or learned about its workers, for those who watch it.
/// [UserMessages] makes a sentence of it for users.
public sealed interface DomainEvent {
    /// A worker's process was started.
    record WorkerStarted(WorkerId id, int pid) implements DomainEvent {}

    /// A worker came into service.
    record WorkerReady(WorkerId id, int pid) implements DomainEvent {}

    /// A worker that had been replaced serves again, because its successor failed.
    record WorkerBackInService(WorkerId id, int pid) implements DomainEvent {}

    /// A worker in service no longer has the listener through which it got connections.
    ///
    /// @param what happened, for users: the part that follows its name
    record ListenerLost(WorkerId id, String what) implements DomainEvent {}

    /// A worker's first process has ended.
    record WorkerExited(
            WorkerId id, int pid, ExitStatus status, ExitReason reason, String lastOutput)
            implements DomainEvent {}

    /// When a worker exited, and what that means.
    enum ExitReason {
        /// Before it was ready: its start failed.
        NOT_READY,
        /// In service, unexpectedly.
        CRASHED,
        /// By itself after it had served, with exit code 0, as a server with a request limit does.
        SERVED,
        /// After it was told to stop.
        ORDERED
    }

    /// A worker's start failed, and its slot gets another.
    ///
    /// @param nextTry the pause before the next start; empty if there is none
    record StartFailed(WorkerId id, WorkerFailure failure, Optional<Duration> nextTry)
            implements DomainEvent {}

    /// The first start failed as a whole; the supervisor stops.
    record FirstStartFailed(WorkerFailure failure) implements DomainEvent {}

    /// A worker was stopped at the end of its drain with something unfinished.
    ///
    /// @param limit how long it could drain
    /// @param left what was unfinished, for users
    record DrainExpired(WorkerId id, Duration limit, String left) implements DomainEvent {}

    /// A worker did not end after its stop signal, and is killed.
    record StopExpired(WorkerId id) implements DomainEvent {}

    /// No worker has been ready for `patience`; from now on connections are refused until one is.
    record Refusing(Duration patience) implements DomainEvent {}

    /// A rolling restart of these slots has begun.
    record RollBegan(List<Integer> slots) implements DomainEvent {
        public RollBegan {
            slots = List.copyOf(slots);
        }
    }

    /// A rolling restart failed; these slots go back to the previous command.
    record RollingBack(List<Integer> slots, WorkerFailure failure) implements DomainEvent {
        public RollingBack {
            slots = List.copyOf(slots);
        }
    }

    /// A rolling restart is over.
    ///
    /// @param done whether all of its slots were replaced
    record RollEnded(boolean done) implements DomainEvent {}
}
