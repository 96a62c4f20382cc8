package dev.berth.supervise.lifecycle;

import dev.berth.supervise.contract.Command;
import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.Settings;
import dev.berth.supervise.contract.WorkerId;

import java.util.List;
import java.util.Optional;

/// Everything that the supervisor's decisions are based on: the service, which knows nothing of
/// operations, and the operation in progress, if there is one.
public record State(ServiceState serviceState, Optional<Operation> operation) {
    /// The state before the first event: empty slots, no worker served.
    public static State initial(
            Settings settings, Command command, int workers, Policy policy, long now) {
        return new State(
                ServiceState.initial(settings, command, workers, policy, now),
                Optional.of(new InitialStart()));
    }

    public Settings settings() {
        return serviceState.settings();
    }

    /// What new slots run.
    public Command command() {
        return serviceState.command();
    }

    public List<Slot> slots() {
        return serviceState.slots();
    }

    public Optional<Slot> slot(int index) {
        return serviceState.slot(index);
    }

    public Optional<Worker> worker(WorkerId id) {
        return serviceState.worker(id);
    }

    /// How new connections and datagrams are distributed.
    public TrafficPlan trafficPlan() {
        return TrafficPlan.of(serviceState);
    }

    public Traffic traffic() {
        return serviceState.traffic();
    }

    /// Whether clients are refused while no worker is in service.
    public boolean refusing() {
        return traffic().refusing();
    }

    /// The slots that a roll replaced before it failed, while the others are as before.
    public List<Integer> replaced() {
        return serviceState.replaced();
    }

    /// Whether a worker gets no new connections and should be quiet before it gets the stop signal,
    /// or its slot is drained.
    public boolean drains(WorkerId id) {
        Optional<Phase> phase = worker(id).map(Worker::phase);
        boolean held = slot(id.slot()).filter(slot -> slot.goal() == Slot.Goal.DRAINED).isPresent();
        return phase.filter(p -> p == Phase.DRAINING || p == Phase.READY && held).isPresent();
    }

    /// Whether a worker in service has yet to show that it accepts.
    public boolean verifying(WorkerId id) {
        return worker(id)
                .filter(w -> w.phase() == Phase.READY && w.verification().pending())
                .isPresent();
    }

    /// The worker in service that `successor` is to replace.
    public Optional<WorkerId> incumbent(WorkerId successor) {
        return slot(successor.slot())
                .flatMap(Slot::ready)
                .map(Worker::id)
                .filter(id -> !id.equals(successor));
    }

    /// Whether any worker was ever ready.
    public boolean wasEverReady() {
        return serviceState.wasEverReady();
    }

    /// Whether the supervisor was asked to stop.
    public boolean stopping() {
        return operation.filter(SupervisorShutdown.class::isInstance).isPresent();
    }

    /// The next moment at which an [Event.Tick] has something to do; [Moment#NEVER] if there is
    /// none.
    public long nextDeadline() {
        long next = Math.min(serviceState.nextDeadline(), operationDeadline());
        return StartScheduler.paused(serviceState, operation)
                ? Math.min(next, serviceState.nextStart())
                : next;
    }

    private long operationDeadline() {
        return operation.map(now -> now.deadline(serviceState)).orElse(Moment.NEVER);
    }

    /// Whether a new worker may listen on fewer or other addresses than the worker that it
    /// replaces.
    public boolean newAddresses() {
        return settings().newAddresses() || operation.filter(Operation::newAddresses).isPresent();
    }
}
