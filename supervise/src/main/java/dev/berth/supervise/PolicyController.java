package dev.berth.supervise;

import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.lifecycle.Event;
import dev.berth.supervise.lifecycle.TrafficPlan;
import dev.berth.supervise.process.WorkerProcess;
import dev.berth.supervise.steering.CpuPinning;
import dev.berth.supervise.watch.LoadMonitor;

import java.io.IOException;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/// Applies the plans of traffic. The policy may change while connections arrive: the tables follow
/// it, and for the policy `cpu` the workers are pinned to their CPUs.
final class PolicyController {
    private final SupervisorContext context;
    private final CpuPinning pinning;
    private final LoadMonitor loadMonitor;

    /// The policy of the last plan, whether or not it could be applied.
    private Policy ordered;

    PolicyController(SupervisorContext context, LoadMonitor loadMonitor) {
        this.context = context;
        pinning = context.pinning();
        this.loadMonitor = loadMonitor;
        ordered = context.spec().policy();
    }

    /// Applies the plan. If that changes the policy, the answer is [Event.Steered].
    void apply(TrafficPlan plan) throws IOException {
        Policy before = ordered;
        ordered = plan.policy();
        if (ordered.equals(before)) {
            context.source().trafficTarget().apply(plan);
            return;
        }
        Optional<String> failure = Optional.empty();
        try {
            context.source().trafficTarget().apply(plan);
            pin(before, ordered);
            loadMonitor.begin();
        } catch (IOException failed) {
            failure = Optional.of(ordered.word() + " failed: " + failed.getMessage());
        }
        context.machine().post(new Event.Steered(ordered, failure));
    }

    private void pin(Policy before, Policy now) {
        boolean pins = now instanceof Policy.Cpu;
        if (pins == before instanceof Policy.Cpu) {
            return;
        }
        for (WorkerProcess worker : context.live().values()) {
            Set<Integer> pids = context.resources().trees().of(worker);
            Optional<String> wrong =
                    pins ? pinning.pin(worker.id().slot(), pids) : pinning.unpin(pids);
            wrong.ifPresent(why -> context.say(worker, ": " + why));
        }
    }

    /// The only CPU that the worker may run on, if there is such a limit.
    OptionalInt cpu(WorkerId id) {
        boolean pins = context.registry().policy() instanceof Policy.Cpu;
        return pins ? OptionalInt.of(pinning.cpu(id.slot())) : OptionalInt.empty();
    }
}
