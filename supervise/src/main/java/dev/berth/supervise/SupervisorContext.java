package dev.berth.supervise;

import dev.berth.supervise.contract.EventSink;
import dev.berth.supervise.contract.ServiceSpec;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.lifecycle.Phase;
import dev.berth.supervise.lifecycle.State;
import dev.berth.supervise.lifecycle.StateMachine;
import dev.berth.supervise.process.CrashGuard;
import dev.berth.supervise.process.Env;
import dev.berth.supervise.process.EventLoop;
import dev.berth.supervise.process.SupervisorResources;
import dev.berth.supervise.process.WorkerProcess;
import dev.berth.supervise.steering.ConnectionSource;
import dev.berth.supervise.steering.CpuPinning;
import dev.berth.supervise.steering.DispatcherTarget;
import dev.berth.supervise.steering.ListenerRegistry;
import dev.berth.supervise.steering.SteeringSupport;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// Everything that a supervisor has: its plan, its state, its workers, and the system resources
/// that it holds. All of it belongs to the owner thread.
///
/// @param live the workers whose end has not been fully handled
///
///   **Ownership:** [#close] gives the system resources back; the workers have ended by then.
record SupervisorContext(
        ServiceSpec spec,
        EventSink sink,
        SupervisorResources resources,
        StateMachine machine,
        Map<WorkerId, WorkerProcess> live,
        SteeringSupport support,
        CpuPinning pinning,
        ConnectionSource source)
        implements AutoCloseable {
    /// Opens everything.
    ///
    /// @param guard a running guard, which stays the caller's
    /// @throws IOException the system refuses something; everything else is given back
    static SupervisorContext open(
            ServiceSpec spec,
            EventSink sink,
            SteeringSupport support,
            Env env,
            Optional<DispatcherTarget> dispatcherTarget,
            Optional<CrashGuard> guard)
            throws IOException {
        State initial =
                State.initial(
                        spec.settings(),
                        spec.command(),
                        spec.workers().count(),
                        spec.policy(),
                        env.clock().millis());
        CpuPinning pinning = CpuPinning.here();
        ListenerRegistry registry = new ListenerRegistry(support, spec.policy(), pinning);
        dispatcherTarget.ifPresent(target -> target.apply(initial.trafficPlan()));
        return new SupervisorContext(
                spec,
                sink,
                new SupervisorResources(spec, sink, env, guard),
                new StateMachine(initial),
                new HashMap<>(),
                support,
                pinning,
                new ConnectionSource(registry, dispatcherTarget));
    }

    ListenerRegistry registry() {
        return source.registry();
    }

    Optional<DispatcherTarget> dispatcherTarget() {
        return source.dispatcherTarget();
    }

    EventLoop loop() {
        return resources.loop();
    }

    Optional<WorkerProcess> worker(WorkerId id) {
        return Optional.ofNullable(live.get(id));
    }

    /// Empty for a worker that is gone.
    Optional<Phase> phase(WorkerProcess worker) {
        return machine.phase(worker.id());
    }

    void say(WorkerProcess worker, String what) {
        sink.onEvent("slot " + worker.id() + what);
    }

    /// Closing twice is harmless.
    @Override
    public void close() {
        source.registry().close();
        resources.close();
    }
}
