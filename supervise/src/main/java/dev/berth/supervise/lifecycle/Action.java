package dev.berth.supervise.lifecycle;

import dev.berth.supervise.contract.Command;
import dev.berth.supervise.contract.Outcome;
import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.Settings;
import dev.berth.supervise.contract.WorkerId;

import java.util.List;
import java.util.Map;
import java.util.Set;

/// Something to be done, as the transition function orders it. The order within a list matters.
public sealed interface Action {
    /// Start a worker; answered by [Event.Spawned] or [Event.SpawnFailed].
    record Spawn(WorkerId id, Command command) implements Action {}

    /// Look whether the worker still has its listeners, and whether it waits for connections;
    /// answered by [Event.Checked].
    record Check(WorkerId id) implements Action {}

    /// Find out what a worker does that is not ready in time; answered by [Event.Located].
    ///
    /// @param listening whether it listens, and lacks something else
    record Locate(WorkerId id, boolean listening) implements Action {}

    /// Give new connections to these workers and to nobody else; datagrams to these slots. With no
    /// worker, connections wait in the queues of those that died.
    ///
    /// @param held slots out of service for a while: what waits in them is kept all the same
    /// @param warming those of the workers that get a part of their share only, in percent
    record Serve(
            Set<WorkerId> workers,
            Set<Integer> slots,
            Set<Integer> held,
            Map<WorkerId, Integer> warming)
            implements Action {
        public Serve {
            workers = Set.copyOf(workers);
            slots = Set.copyOf(slots);
            held = Set.copyOf(held);
            warming = Map.copyOf(warming);
        }

        /// With nobody warming up.
        public Serve(Set<WorkerId> workers, Set<Integer> slots, Set<Integer> held) {
            this(workers, slots, held, Map.of());
        }

        /// With no slot held either.
        public Serve(Set<WorkerId> workers, Set<Integer> slots) {
            this(workers, slots, Set.of());
        }

        /// How much of its share the worker gets.
        public int percent(WorkerId worker) {
            return warming.getOrDefault(worker, Worker.WARM);
        }

        /// Whether what waits for the slot is kept.
        public boolean keeps(int slot) {
            return slots.contains(slot) || held.contains(slot);
        }
    }

    /// Answer new connections with a reset while nobody is served, or let them wait again.
    record Refuse(boolean refused) implements Action {}

    /// Choose by this policy among those that are served; answered by [Event.Steered] with the same
    /// `ticket`.
    record Steer(long ticket, Policy policy) implements Action {}

    /// Refuse new connections whoever is served, or no longer.
    record Shed(boolean shed) implements Action {}

    /// Watch a worker that gets nothing new until it is quiet; answered by [Event.Drained].
    record Drain(WorkerId id) implements Action {}

    /// Watch whether a new worker accepts what is led to it; answered by [Event.Seen], each time
    /// that something else is seen. Ordered again: look at it at once.
    record Prove(WorkerId id) implements Action {}

    /// Move what waits for a worker to those in service, where that can be done.
    record Withdraw(WorkerId id) implements Action {}

    /// Send the stop signal to the worker's first process.
    ///
    /// @param ending whether it seems to end by itself: it gets the signal only if it has not ended
    ///   within [Settings#ENDING], so that its own exit code is seen
    record Terminate(WorkerId id, boolean ending) implements Action {
        /// At once.
        public Terminate(WorkerId id) {
            this(id, false);
        }
    }

    /// Send SIGKILL to the worker and all that it started.
    record Kill(WorkerId id) implements Action {}

    /// Close the supervisor's descriptors of an ended worker's sockets.
    record Retire(WorkerId id) implements Action {}

    /// Keep what waits in the queues of a worker that died, for a sibling or its successor.
    record Bequeath(WorkerId id) implements Action {}

    record Reply(long ticket, Outcome outcome) implements Action {}

    /// Tell people.
    record Say(String text) implements Action {}

    /// Leave the loop, with this exit code.
    record Quit(int code) implements Action {}

    /// What one event leads to.
    record Result(State state, List<Action> actions) {
        public Result {
            actions = List.copyOf(actions);
        }
    }
}
