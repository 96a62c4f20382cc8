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

/// The slots and their workers, and how the service treats new connections: everything but the
/// operation in progress.
///
/// @param command what new slots run: the last command with which a start or a roll succeeded
/// @param noneInServiceSince since when no worker has been served, in milliseconds; [Moment#NEVER]
///   while one is
/// @param refusing whether clients are refused
/// @param nextStart the earliest time of the next start, if starts are staggered by time
/// @param generations the last generation of each removed slot, in case it comes back
/// @param traffic how new connections are treated
/// @param replaced the slots that a roll replaced before it failed, while the others are as before
record ServiceState(
        Settings settings,
        Command command,
        List<Slot> slots,
        long noneInServiceSince,
        boolean refusing,
        long nextStart,
        Map<Integer, Integer> generations,
        Traffic traffic,
        List<Integer> replaced) {
    ServiceState {
        slots = List.copyOf(slots);
        generations = Map.copyOf(generations);
        replaced = List.copyOf(replaced);
    }

    /// Empty slots, no worker served.
    static ServiceState initial(
            Settings settings, Command command, int workers, Policy policy, long now) {
        List<Slot> slots = new ArrayList<>();
        for (int index = 0; index < workers; index++) {
            slots.add(Slot.empty(index, 0, command, now));
        }
        return new ServiceState(
                settings,
                command,
                slots,
                Moment.NEVER,
                true,
                now,
                Map.of(),
                new Traffic(policy, false),
                List.of());
    }

    Optional<Slot> slot(int index) {
        return slots.stream().filter(slot -> slot.index() == index).findFirst();
    }

    Optional<Worker> worker(WorkerId id) {
        return slot(id.slot()).flatMap(slot -> slot.worker(id));
    }

    /// The workers that get new connections, and the slots that get new datagrams.
    Action.Serve service() {
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

    /// Whether any worker was ever ready.
    boolean wasEverReady() {
        return slots.stream().anyMatch(slot -> slot.history().wasEverReady());
    }

    /// The next moment at which a deadline of a worker or of the service is due; [Moment#NEVER] if
    /// there is none.
    long nextDeadline() {
        long next = Moment.NEVER;
        for (Slot slot : slots) {
            next = Math.min(next, slot.history().retryAt());
            for (Worker worker : slot.workers()) {
                next = Math.min(next, Math.min(worker.deadline(), worker.verification().until()));
            }
        }
        if (noneInServiceSince != Moment.NEVER && !refusing) {
            next = Math.min(next, noneInServiceSince + settings.giveUp().toMillis());
        }
        return next;
    }

    /// An empty slot, whose generations continue where an earlier slot of the same index left off.
    Slot newSlot(int index, long now) {
        return Slot.empty(index, generations.getOrDefault(index, 0), command, now);
    }

    ServiceState withoutSlot(Slot gone) {
        List<Slot> rest = slots.stream().filter(slot -> slot.index() != gone.index()).toList();
        Map<Integer, Integer> last = new HashMap<>(generations);
        last.put(gone.index(), gone.generation());
        return new ServiceState(
                settings,
                command,
                rest,
                noneInServiceSince,
                refusing,
                nextStart,
                last,
                traffic,
                replaced);
    }

    ServiceState changing(int index, UnaryOperator<Slot> change) {
        return withSlots(
                slots.stream()
                        .map(slot -> slot.index() == index ? change.apply(slot) : slot)
                        .toList());
    }

    ServiceState withSlots(List<Slot> next) {
        return new ServiceState(
                settings,
                command,
                next,
                noneInServiceSince,
                refusing,
                nextStart,
                generations,
                traffic,
                replaced);
    }

    ServiceState withCommand(Command next) {
        return new ServiceState(
                settings,
                next,
                slots,
                noneInServiceSince,
                refusing,
                nextStart,
                generations,
                traffic,
                replaced);
    }

    ServiceState withNoneInServiceSince(long when) {
        return new ServiceState(
                settings,
                command,
                slots,
                when,
                refusing,
                nextStart,
                generations,
                traffic,
                replaced);
    }

    ServiceState withRefusing(boolean next) {
        return new ServiceState(
                settings,
                command,
                slots,
                noneInServiceSince,
                next,
                nextStart,
                generations,
                traffic,
                replaced);
    }

    ServiceState withNextStart(long when) {
        return new ServiceState(
                settings,
                command,
                slots,
                noneInServiceSince,
                refusing,
                when,
                generations,
                traffic,
                replaced);
    }

    ServiceState withTraffic(Traffic next) {
        return new ServiceState(
                settings,
                command,
                slots,
                noneInServiceSince,
                refusing,
                nextStart,
                generations,
                next,
                replaced);
    }

    ServiceState withReplaced(List<Integer> next) {
        return new ServiceState(
                settings,
                command,
                slots,
                noneInServiceSince,
                refusing,
                nextStart,
                generations,
                traffic,
                next);
    }
}
