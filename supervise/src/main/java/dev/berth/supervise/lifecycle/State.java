package dev.berth.supervise.lifecycle;

import dev.berth.supervise.contract.Command;
import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.Settings;
import dev.berth.supervise.contract.WorkerId;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/// Everything that the supervisor's decisions are based on.
///
/// @param command what new slots run: the last command with which a start or a roll succeeded
/// @param noneInServiceSince since when no worker has been served, in milliseconds; [Worker#NEVER]
///   while one is
/// @param refusing whether clients are refused
/// @param nextStart the earliest time of the next start, if starts are staggered by time
/// @param generations the last generation of each removed slot, in case it comes back
/// @param traffic how new connections are treated
/// @param replaced the slots that a roll replaced before it failed, while the others are as before
public record State(
        Settings settings,
        Command command,
        List<Slot> slots,
        Optional<Operation> operation,
        long noneInServiceSince,
        boolean refusing,
        long nextStart,
        Map<Integer, Integer> generations,
        Traffic traffic,
        List<Integer> replaced) {
    /// How new connections are treated.
    ///
    /// @param policy decides which worker in service gets the next one
    /// @param shed whether all are refused, even if workers are in service
    public record Traffic(Policy policy, boolean shed) {}

    public State {
        slots = List.copyOf(slots);
        generations = Map.copyOf(generations);
        replaced = List.copyOf(replaced);
    }

    /// The state before the first event: empty slots, no worker served.
    public static State initial(
            Settings settings, Command command, int workers, Policy policy, long now) {
        List<Slot> slots = new ArrayList<>();
        for (int index = 0; index < workers; index++) {
            slots.add(Slot.empty(index, 0, command, now));
        }
        return new State(
                settings,
                command,
                slots,
                Optional.of(new Operation.Start()),
                Worker.NEVER,
                true,
                now,
                Map.of(),
                new Traffic(policy, false),
                List.of());
    }

    public Optional<Slot> slot(int index) {
        return slots.stream().filter(slot -> slot.index() == index).findFirst();
    }

    public Optional<Worker> worker(WorkerId id) {
        return slot(id.slot()).flatMap(slot -> slot.worker(id));
    }

    /// The workers that get new connections, and the slots that get new datagrams.
    public Action.Serve service() {
        Set<WorkerId> workers = new HashSet<>();
        Set<Integer> running = new HashSet<>();
        Set<Integer> held = new HashSet<>();
        Map<WorkerId, Integer> warming = new HashMap<>();
        for (Slot slot : slots) {
            if (slot.goal() == Slot.Goal.RUN) {
                running.add(slot.index());
                slot.ready().ifPresent(worker -> workers.add(worker.id()));
                slot.ready()
                        .filter(worker -> worker.percent() < Worker.FULL_PERCENT)
                        .ifPresent(worker -> warming.put(worker.id(), worker.percent()));
            } else if (slot.goal() == Slot.Goal.DRAINED) {
                held.add(slot.index());
            }
        }
        return new Action.Serve(workers, running, held, warming);
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
        return slots.stream().anyMatch(slot -> slot.history().wasEverReady());
    }

    /// Whether the supervisor was asked to stop.
    public boolean stopping() {
        return operation.filter(Operation.Stop.class::isInstance).isPresent();
    }

    /// The next moment at which an [Event.Tick] has something to do; [Worker#NEVER] if there is
    /// none.
    public long nextDeadline() {
        long next = Worker.NEVER;
        for (Slot slot : slots) {
            next = Math.min(next, slot.history().retryAt());
            for (Worker worker : slot.workers()) {
                next = Math.min(next, Math.min(worker.deadline(), worker.verification().until()));
            }
        }
        if (noneInServiceSince != Worker.NEVER && !refusing) {
            next = Math.min(next, noneInServiceSince + settings.giveUp().toMillis());
        }
        if (StartScheduler.paused(this)) {
            next = Math.min(next, nextStart);
        }
        if (operation.orElse(null) instanceof Operation.DrainSlot hold) {
            next = Math.min(next, hold.deadline());
        }
        if (operation.orElse(null) instanceof Operation.Roll roll) {
            next = Math.min(next, RollingRestart.due(this, roll));
        }
        return next;
    }

    /// Whether a new worker may listen on fewer or other addresses than the worker that it
    /// replaces.
    public boolean newAddresses() {
        return settings.newAddresses()
                || operation.orElse(null) instanceof Operation.Roll roll && roll.newAddresses();
    }

    State withSlots(List<Slot> next) {
        return new State(
                settings,
                command,
                next,
                operation,
                noneInServiceSince,
                refusing,
                nextStart,
                generations,
                traffic,
                replaced);
    }

    /// An empty slot, whose generations continue where an earlier slot of the same index left off.
    Slot newSlot(int index, long now) {
        return Slot.empty(index, generations.getOrDefault(index, 0), command, now);
    }

    State withoutSlot(Slot gone) {
        List<Slot> rest = slots.stream().filter(slot -> slot.index() != gone.index()).toList();
        Map<Integer, Integer> last = new HashMap<>(generations);
        last.put(gone.index(), gone.generation());
        return new State(
                settings,
                command,
                rest,
                operation,
                noneInServiceSince,
                refusing,
                nextStart,
                last,
                traffic,
                replaced);
    }

    State changing(int index, UnaryOperator<Slot> change) {
        return withSlots(
                slots.stream()
                        .map(slot -> slot.index() == index ? change.apply(slot) : slot)
                        .toList());
    }

    State withOperation(Optional<Operation> next) {
        return new State(
                settings,
                command,
                slots,
                next,
                noneInServiceSince,
                refusing,
                nextStart,
                generations,
                traffic,
                replaced);
    }

    State withCommand(Command next) {
        return new State(
                settings,
                next,
                slots,
                operation,
                noneInServiceSince,
                refusing,
                nextStart,
                generations,
                traffic,
                replaced);
    }

    State withNoneInServiceSince(long when) {
        return new State(
                settings,
                command,
                slots,
                operation,
                when,
                refusing,
                nextStart,
                generations,
                traffic,
                replaced);
    }

    State withRefusing(boolean next) {
        return new State(
                settings,
                command,
                slots,
                operation,
                noneInServiceSince,
                next,
                nextStart,
                generations,
                traffic,
                replaced);
    }

    State withNextStart(long when) {
        return new State(
                settings,
                command,
                slots,
                operation,
                noneInServiceSince,
                refusing,
                when,
                generations,
                traffic,
                replaced);
    }

    State withTraffic(Traffic next) {
        return new State(
                settings,
                command,
                slots,
                operation,
                noneInServiceSince,
                refusing,
                nextStart,
                generations,
                next,
                replaced);
    }

    State withReplaced(List<Integer> next) {
        return new State(
                settings,
                command,
                slots,
                operation,
                noneInServiceSince,
                refusing,
                nextStart,
                generations,
                traffic,
                next);
    }
}
