package dev.berth.supervise.contract;

import java.util.List;
import java.util.Locale;

/// The result of a request. [UserMessages] makes a text of it.
public sealed interface RequestResult {
    /// Whether everything was done as requested.
    boolean done();

    /// What happened or why not, for users.
    default String text() {
        return UserMessages.of(this);
    }

    /// Names the kind of result to programs, such as `rolled` or `no_such_slot`.
    default String code() {
        String name = getClass().getSimpleName();
        return name.replaceAll("(?<=[a-z])(?=[A-Z])", "_").toLowerCase(Locale.ROOT);
    }

    /// Everything was done as requested.
    sealed interface Done extends RequestResult {
        @Override
        default boolean done() {
            return true;
        }
    }

    /// Not done, or not completely.
    sealed interface Failed extends RequestResult {
        @Override
        default boolean done() {
            return false;
        }
    }

    /// The roll is over.
    ///
    /// @param slots how many have a new worker
    /// @param unfinished what old workers left unfinished when they were stopped
    /// @param apart the slots that run a new command which the others do not; usually none
    record Rolled(int slots, List<DomainEvent.DrainExpired> unfinished, List<Integer> apart)
            implements Done {
        public Rolled {
            unfinished = List.copyOf(unfinished);
            apart = List.copyOf(apart);
        }
    }

    /// There are `to` slots now.
    record Scaled(int from, int to) implements Done {}

    /// The slot gets no new connections.
    record Drained(int slot, DrainedState state) implements Done {}

    /// Whether a drained slot has work left.
    enum DrainedState {
        /// It was drained before.
        ALREADY,
        /// None of its connections is busy.
        QUIET,
        /// Some connections are still open.
        OPEN
    }

    /// The slot gets new connections again.
    ///
    /// @param ready whether it has a ready worker; otherwise once it has one
    record Undrained(int slot, boolean ready) implements Done {}

    /// New connections are steered by another policy.
    record Steered(Policy policy) implements Done {}

    /// New connections are refused, or accepted again.
    record Shed(boolean shed) implements Done {}

    /// All workers have ended.
    record Stopped() implements Done {}

    /// More workers than there can be.
    record TooManyWorkers(int requested, int most) implements Failed {}

    /// No slot below `slots` is in service, so none would be left.
    record NoneLeft(int slots) implements Failed {}

    /// There are only `slots` slots.
    record NoSuchSlot(int slot, int slots) implements Failed {}

    /// The slot has no ready worker.
    record NoReadyWorker(int slot) implements Failed {}

    /// The only slot in service cannot be drained.
    record OnlySlot(int slot) implements Failed {}

    /// Another operation is in progress.
    record Busy(String verb) implements Failed {}

    /// The supervisor was stopped before this was finished.
    record Interrupted() implements Failed {}

    /// Another request to stop killed the workers that were left.
    record Killed() implements Failed {}

    /// The supervisor is stopping.
    record Stopping(String name) implements Failed {}

    /// The service, its mechanism or the kernel cannot do this.
    ///
    /// @param why for users
    record Impossible(String why) implements Failed {}

    /// A worker failed, and the number of slots stays.
    record ScaleUndone(WorkerFailure failure, int slots) implements Failed {}

    /// The worker of a slot ended while the slot was drained; the slot stays drained.
    record DrainLost(WorkerFailure failure, int slot) implements Failed {}

    /// A worker failed, and all slots run the old command again.
    record RolledBack(WorkerFailure failure) implements Failed {}

    /// A worker failed, and another one while the old command was brought back.
    ///
    /// @param apart the slots that run the new command
    record RollbackFailed(WorkerFailure first, WorkerFailure then, List<Integer> apart)
            implements Failed {
        public RollbackFailed {
            apart = List.copyOf(apart);
        }
    }

    /// A worker failed, and the roll ended in its slot.
    ///
    /// @param inService whether the slot has a worker in service
    /// @param replaced the slots that run the new generation
    /// @param old the slots that run the old one
    record RollFailed(
            WorkerFailure failure,
            int slot,
            boolean inService,
            List<Integer> replaced,
            List<Integer> old)
            implements Failed {
        public RollFailed {
            replaced = List.copyOf(replaced);
            old = List.copyOf(old);
        }
    }

    /// The results of several services that were asked together.
    record Several(List<RequestResult> results) implements RequestResult {
        public Several {
            results = List.copyOf(results);
        }

        @Override
        public boolean done() {
            return results.stream().allMatch(RequestResult::done);
        }
    }
}
