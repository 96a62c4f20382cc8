package dev.berth.supervise;

import dev.berth.supervise.contract.Observer;
import dev.berth.supervise.contract.Plan;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.lifecycle.Machine;
import dev.berth.supervise.lifecycle.Phase;
import dev.berth.supervise.lifecycle.State;
import dev.berth.supervise.process.Equipment;
import dev.berth.supervise.process.Guard;
import dev.berth.supervise.process.LiveWorker;
import dev.berth.supervise.process.Loop;
import dev.berth.supervise.steering.Dispatched;
import dev.berth.supervise.steering.Distribution;
import dev.berth.supervise.steering.Mechanism;
import dev.berth.supervise.steering.Pinning;
import dev.berth.supervise.steering.SocketRegistry;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// Everything that a supervisor has: its plan, its state, its workers, and the system resources
/// that it holds. All of it belongs to the owner thread.
///
/// @param live the workers whose end has not been fully handled
/// @param registry stays empty when there is a dispatcher
///
///   **Ownership:** [#close] gives the system resources back; the workers have ended by then.
record Holdings(
        Plan plan,
        Observer observer,
        Equipment equipment,
        Machine machine,
        Map<WorkerId, LiveWorker> live,
        Mechanism mechanism,
        Pinning pinning,
        SocketRegistry registry,
        Optional<Dispatched> dispatched)
        implements AutoCloseable {
    /// Opens everything.
    ///
    /// @param cgroups whether a cgroup is used where the system allows it
    /// @param guard a running guard, which stays the caller's
    /// @throws IOException the system refuses something; everything else is given back
    static Holdings open(
            Plan plan,
            Observer observer,
            Mechanism mechanism,
            boolean cgroups,
            Optional<Dispatched> dispatched,
            Optional<Guard> guard)
            throws IOException {
        State initial =
                State.initial(
                        plan.settings(), plan.command(), plan.workers(), plan.policy(), Loop.now());
        Pinning pinning = Pinning.here();
        SocketRegistry registry = new SocketRegistry(mechanism, plan.policy(), pinning);
        dispatched.ifPresent(passing -> passing.steer(plan.policy()));
        return new Holdings(
                plan,
                observer,
                new Equipment(plan, observer, cgroups, guard),
                new Machine(initial),
                new HashMap<>(),
                mechanism,
                pinning,
                registry,
                dispatched);
    }

    /// What gives the workers their connections: the dispatcher or the socket registry.
    Distribution distribution() {
        return dispatched.isPresent() ? dispatched.get() : registry;
    }

    Loop loop() {
        return equipment.loop();
    }

    Optional<LiveWorker> worker(WorkerId id) {
        return Optional.ofNullable(live.get(id));
    }

    /// Empty for a worker that is gone.
    Optional<Phase> phase(LiveWorker worker) {
        return machine.phase(worker.id());
    }

    void say(LiveWorker worker, String what) {
        observer.said("slot " + worker.id() + what);
    }

    /// Closing twice is harmless.
    @Override
    public void close() {
        registry.close();
        equipment.close();
    }
}
