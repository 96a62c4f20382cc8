package dev.berth.supervise.lifecycle;

import dev.berth.supervise.contract.Command;
import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.Settings;
import dev.berth.supervise.contract.WorkerId;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/// The slots and their workers, and how the service treats new connections: everything but the
/// operation in progress.
///
/// @param command what new slots run: the last command with which a start or a roll succeeded
/// @param nextStart the earliest time of the next start, if starts are staggered by time
/// @param generations the last generation of each removed slot, in case it comes back
/// @param traffic how new connections are treated
/// @param replaced the slots that a roll replaced before it failed, while the others are as before
record ServiceState(
        Settings settings,
        Command command,
        List<Slot> slots,
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
                settings, command, slots, now, Map.of(), Traffic.initial(policy), List.of());
    }

    Optional<Slot> slot(int index) {
        return slots.stream().filter(slot -> slot.index() == index).findFirst();
    }

    Optional<Worker> worker(WorkerId id) {
        return slot(id.slot()).flatMap(slot -> slot.worker(id));
    }

    /// The workers that get new connections.
    Set<WorkerId> inService() {
        return slots.stream()
                .filter(slot -> slot.goal() == Slot.Goal.RUN)
                .flatMap(slot -> slot.ready().stream())
                .map(Worker::id)
                .collect(Collectors.toUnmodifiableSet());
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
        if (traffic.noneInServiceSince() != Moment.NEVER && !traffic.refusing()) {
            long unserved = traffic.noneInServiceSince();
            next = Math.min(next, unserved + settings.timeouts().giveUp().toMillis());
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
        return new ServiceState(settings, command, rest, nextStart, last, traffic, replaced);
    }

    ServiceState changing(int index, UnaryOperator<Slot> change) {
        return withSlots(
                slots.stream()
                        .map(slot -> slot.index() == index ? change.apply(slot) : slot)
                        .toList());
    }

    ServiceState withSlots(List<Slot> next) {
        return new ServiceState(settings, command, next, nextStart, generations, traffic, replaced);
    }

    ServiceState withCommand(Command next) {
        return new ServiceState(settings, next, slots, nextStart, generations, traffic, replaced);
    }

    ServiceState withNextStart(long when) {
        return new ServiceState(settings, command, slots, when, generations, traffic, replaced);
    }

    ServiceState withTraffic(Traffic next) {
        return new ServiceState(settings, command, slots, nextStart, generations, next, replaced);
    }

    ServiceState withReplaced(List<Integer> next) {
        return new ServiceState(settings, command, slots, nextStart, generations, traffic, next);
    }
}
