package dev.berth.supervise.lifecycle;

import dev.berth.supervise.contract.Command;
import dev.berth.supervise.contract.DomainEvent;
import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.RequestResult;
import dev.berth.supervise.contract.Settings;
import dev.berth.supervise.contract.WorkerId;

import java.util.Map;
import java.util.Set;

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

    /// Give new connections to these workers only, and datagrams to these slots. With no worker,
    /// connections wait in the queues of listeners whose workers died.
    ///
    /// @param drained drained slots: what is queued in them is kept all the same
    /// @param slowStarting the workers that get only a part of their share, in percent
    record Serve(
            Set<WorkerId> workers,
            Set<Integer> slots,
            Set<Integer> drained,
            Map<WorkerId, Integer> slowStarting)
            implements Action {
        public Serve {
            workers = Set.copyOf(workers);
            slots = Set.copyOf(slots);
            drained = Set.copyOf(drained);
            slowStarting = Map.copyOf(slowStarting);
        }

        /// With no worker warming up.
        public Serve(Set<WorkerId> workers, Set<Integer> slots, Set<Integer> held) {
            this(workers, slots, held, Map.of());
        }

        /// With no drained slot either.
        public Serve(Set<WorkerId> workers, Set<Integer> slots) {
            this(workers, slots, Set.of());
        }

        /// How much of its share the worker gets, in percent.
        public int percent(WorkerId worker) {
            return slowStarting.getOrDefault(worker, Worker.FULL_PERCENT);
        }

        /// Whether what is queued for the slot is kept.
        public boolean keeps(int slot) {
            return slots.contains(slot) || drained.contains(slot);
        }
    }

    /// Answer new connections with a reset while no worker is served, or let them wait again.
    record Refuse(boolean refused) implements Action {}

    /// Steer by this policy among the served workers; answered by [Event.Steered] with the same
    /// `ticket`.
    record Steer(long ticket, Policy policy) implements Action {}

    /// Refuse new connections even if workers are served, or stop refusing.
    record Shed(boolean shed) implements Action {}

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
    record Terminate(WorkerId id, boolean ending) implements Action {
        /// Sends the signal at once.
        public Terminate(WorkerId id) {
            this(id, false);
        }
    }

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
