package dev.berth.supervise;

import java.util.List;
import java.util.Set;

/// Something to be done, as the transition function orders it. The order within a list matters.
public sealed interface Action {
    /// Start a worker; answered by [Event.Spawned] or [Event.SpawnFailed].
    record Spawn(WorkerId id, Command command) implements Action {}

    /// Look whether the worker still has its listeners; answered by [Event.Checked].
    record Check(WorkerId id) implements Action {}

    /// Give new connections to these workers and to nobody else; datagrams to these slots. With no
    /// worker, connections wait in the queues of those that died.
    ///
    /// @param held slots out of service for a while: what waits in them is kept all the same
    record Serve(Set<WorkerId> workers, Set<Integer> slots, Set<Integer> held) implements Action {
        public Serve {
            workers = Set.copyOf(workers);
            slots = Set.copyOf(slots);
            held = Set.copyOf(held);
        }

        /// With no slot held.
        public Serve(Set<WorkerId> workers, Set<Integer> slots) {
            this(workers, slots, Set.of());
        }

        boolean keeps(int slot) {
            return slots.contains(slot) || held.contains(slot);
        }
    }

    /// Answer new connections with a reset while nobody is served, or let them wait again.
    record Refuse(boolean refused) implements Action {}

    /// Watch a worker that gets nothing new until it is quiet; answered by [Event.Drained].
    record Drain(WorkerId id) implements Action {}

    /// Send the stop signal to the worker's first process.
    record Terminate(WorkerId id) implements Action {}

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
