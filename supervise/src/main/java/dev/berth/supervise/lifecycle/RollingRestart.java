package dev.berth.supervise.lifecycle;

import dev.berth.supervise.contract.Command;
import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.RequestResult;
import dev.berth.supervise.contract.Settings;
import dev.berth.supervise.contract.WorkerId;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/// The rolling restart: one slot at a time, and back again if a new command fails.
final class RollingRestart {
    private RollingRestart() {}

    static void begin(TransitionStep step, long ticket, Request.Roll request) {
        List<Integer> all = step.state().slots().stream().map(Slot::index).toList();
        if (request.slot().isPresent() && !all.contains(request.slot().getAsInt())) {
            step.reply(
                    ticket,
                    RequestResult.failed(SlotDrain.noWorker(step, request.slot().getAsInt())));
            return;
        }
        List<Integer> wanted =
                request.slot().isPresent() ? List.of(request.slot().getAsInt()) : all;
        step.operation(
                new Operation.Roll(
                        ticket,
                        proposed(step, request),
                        wanted,
                        OptionalInt.empty(),
                        List.of(),
                        "",
                        List.of(),
                        request.newAddresses()));
    }

    /// What the new workers run, if it is anything new.
    private static Optional<Command> proposed(TransitionStep step, Request.Roll request) {
        Command present = step.state().command();
        return request.command().isEmpty() && request.environment().isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new Command(
                                        request.command().orElse(present).words(),
                                        present.environment())
                                .with(request.environment()));
    }

    static void advance(TransitionStep step, Operation.Roll roll) {
        if (roll.current().isPresent()) {
            startNext(step, roll, roll.current().getAsInt());
        } else if (!roll.reverting() && !stillReady(step, roll)) {
            return;
        } else if (roll.pending().isEmpty()) {
            over(step, roll);
        } else if (roll.reverting() || slowStartsOver(step, roll)) {
            enter(step, roll, roll.pending().getFirst());
        }
    }

    /// Whether the new workers have their whole share. Until then the next old worker stays: shares
    /// are relative, and the last warm worker would get what the fresh ones do not.
    private static boolean slowStartsOver(TransitionStep step, Operation.Roll roll) {
        return roll.done().stream()
                .flatMap(index -> step.slot(index).ready().stream())
                .allMatch(worker -> worker.percent() == Worker.FULL_PERCENT);
    }

    /// Whether the workers that the roll has brought into service are still ready.
    private static boolean stillReady(TransitionStep step, Operation.Roll roll) {
        return roll.done().stream().allMatch(index -> step.slot(index).ready().isPresent());
    }

    private static void enter(TransitionStep step, Operation.Roll roll, int index) {
        step.operation(roll.starting(index));
        boolean steady =
                step.slot(index).ready().filter(w -> WorkerTransitions.stable(step, w)).isPresent();
        step.change(
                index,
                slot -> {
                    RestartHistory history = slot.history().retryingAt(Worker.NEVER);
                    return slot.withHealth(steady ? history.steady() : history);
                });
        if (restored(step, roll, index)) {
            startNext(step, roll.starting(index), index);
            return;
        }
        step.slot(index).candidate().ifPresent(worker -> WorkerTransitions.terminate(step, worker));
        if (step.settings().overlap()) {
            StartScheduler.start(step, index, command(step, roll, index));
        } else {
            // Stop, then start: connections that arrive meanwhile wait in the socket.
            step.slot(index).ready().ifPresent(worker -> WorkerTransitions.terminate(step, worker));
            startIfEmpty(step, roll, index);
        }
    }

    /// Whether the slot has already gone back to the old command because the new one died.
    private static boolean restored(TransitionStep step, Operation.Roll roll, int index) {
        Slot slot = step.slot(index);
        return roll.reverting()
                && slot.candidate()
                        .or(slot::ready)
                        .filter(worker -> roll.proposed().equals(Optional.of(worker.command())))
                        .isPresent();
    }

    private static void startIfEmpty(TransitionStep step, Operation.Roll roll, int index) {
        if (step.slot(index).workers().isEmpty()) {
            StartScheduler.start(step, index, command(step, roll, index));
        }
    }

    private static Command command(TransitionStep step, Operation.Roll roll, int index) {
        return roll.proposed().orElse(step.slot(index).command());
    }

    private static void startNext(TransitionStep step, Operation.Roll roll, int index) {
        Slot slot = step.slot(index);
        boolean alone = slot.workers().size() == 1 && slot.ready().isPresent();
        if (alone && !slot.verifying() && step.now() >= steadyAt(roll, slot)) {
            Operation.Roll next = roll.finished(index);
            step.operation(next);
            advance(step, next);
        } else if (!step.settings().overlap()) {
            startIfEmpty(step, roll, index);
        }
    }

    /// When the slot in progress counts as done: at once, unless its workers died repeatedly
    /// before; then only after the new worker has lived for [Settings#STABLE].
    static long steadyAt(Operation.Roll roll, Slot slot) {
        return roll.reverting() || !slot.history().repeated()
                ? 0
                : slot.ready()
                        .map(worker -> worker.since() + Settings.STABLE.toMillis())
                        .orElse(0L);
    }

    /// When the roll has something to do even if nothing happens; [Worker#NEVER] if never.
    static long due(State state, Operation.Roll roll) {
        return roll.current().stream()
                .mapToObj(state::slot)
                .flatMap(Optional::stream)
                .filter(slot -> slot.workers().size() == 1 && !slot.verifying())
                .mapToLong(slot -> steadyAt(roll, slot))
                .filter(at -> at > 0)
                .findFirst()
                .orElse(Worker.NEVER);
    }

    private static void over(TransitionStep step, Operation.Roll roll) {
        step.operationOver();
        if (roll.reverting()) {
            step.reply(roll.ticket(), RequestResult.failed(roll.failure() + "\nrolled back"));
            return;
        }
        remember(step, roll);
        step.reply(roll.ticket(), RequestResult.done(report(roll) + mixed(step, roll)));
    }

    /// Makes the new command the command of the service once every slot runs it.
    private static void remember(TransitionStep step, Operation.Roll roll) {
        roll.proposed()
                .filter(
                        command ->
                                step.state().slots().stream()
                                        .allMatch(slot -> slot.command().equals(command)))
                .ifPresent(command -> step.become(step.state().withCommand(command)));
        step.become(step.state().withReplaced(without(step.state().replaced(), roll, step)));
    }

    /// The slots that a failed roll had replaced and that still differ from the others: none after
    /// a roll of all slots; after a roll of a single slot, that slot too.
    private static List<Integer> without(
            List<Integer> before, Operation.Roll roll, TransitionStep step) {
        boolean all = roll.done().size() == step.state().slots().size();
        if (all || before.isEmpty()) {
            return List.of();
        }
        List<Integer> now =
                Stream.concat(before.stream(), roll.done().stream()).distinct().sorted().toList();
        return now.size() == step.state().slots().size() ? List.of() : now;
    }

    /// The note that not every slot runs the same command.
    private static String mixed(TransitionStep step, Operation.Roll roll) {
        boolean partly =
                roll.proposed().isPresent()
                        && !roll.proposed().equals(Optional.of(step.state().command()));
        return partly
                ? "\npartially rolled: slots "
                        + changed(step)
                        + " run the new command, the others do not"
                : "";
    }

    private static String report(Operation.Roll roll) {
        String rolled = "rolled " + count(roll.done().size());
        return roll.undone().isEmpty() ? rolled : rolled + "\n" + String.join("\n", roll.undone());
    }

    private static String count(int slots) {
        return slots == 1 ? "1 slot" : slots + " slots";
    }

    /// Handles the failure of a worker that was to come into service in a slot of the roll.
    static boolean failed(TransitionStep step, Operation.Roll roll, int index, String why) {
        if (!concerns(roll, index)) {
            return false;
        }
        Slot slot = step.slot(index);
        if (slot.ready().isEmpty()) {
            WorkerId id = new WorkerId(index, slot.generation());
            WorkerTransitions.backOff(step, id, slot.history().failures() + 1, why);
        }
        end(step, roll, index, why);
        return true;
    }

    /// Handles a worker in service that exited unexpectedly: the new version does not stay ready.
    /// The old worker of the slot in progress is no such case, because its successor is on its way.
    static void crashed(TransitionStep step, Operation.Roll roll, int index, String why) {
        if (concerns(roll, index) && step.slot(index).candidate().isEmpty()) {
            end(step, roll, index, why);
        }
    }

    /// Whether the roll waits for this very worker to replace one that serves.
    static boolean replacing(TransitionStep step, Worker worker) {
        int index = worker.id().slot();
        return step.state().operation().orElse(null) instanceof Operation.Roll roll
                && roll.current().equals(OptionalInt.of(index))
                && step.slot(index).ready().isPresent();
    }

    private static boolean concerns(Operation.Roll roll, int index) {
        return roll.current().equals(OptionalInt.of(index))
                || !roll.reverting() && roll.done().contains(index);
    }

    private static void end(TransitionStep step, Operation.Roll roll, int index, String why) {
        Operation.Roll rest = withoutCurrent(step, roll);
        if (roll.reverting()) {
            over(step, roll, roll.failure() + "\nrolling back failed too: " + why + mixed(step));
            return;
        }
        boolean taken = roll.proposed().equals(Optional.of(step.slot(index).command()));
        if (taken && step.slot(index).ready().isEmpty()) {
            step.change(index, slot -> slot.withCommand(step.state().command()));
        }
        if (roll.proposed().isPresent() && !rest.done().isEmpty()) {
            step.say(why + "; rolling back " + count(rest.done().size()));
            step.operation(rest.reverting(step.state().command(), why));
        } else {
            over(step, roll, why + consequence(step, rest, index));
            step.become(step.state().withReplaced(rest.done()));
        }
    }

    /// Stops the worker that was to replace the current slot's worker, or counts the slot as done
    /// if it already has.
    private static Operation.Roll withoutCurrent(TransitionStep step, Operation.Roll roll) {
        if (roll.current().isEmpty()) {
            return roll;
        }
        int current = roll.current().getAsInt();
        step.slot(current)
                .candidate()
                .ifPresent(worker -> WorkerTransitions.terminate(step, worker));
        stopUnverified(step, current);
        Slot slot = step.slot(current);
        boolean replaced =
                slot.ready().filter(w -> w.id().generation() == slot.generation()).isPresent();
        return replaced ? roll.finished(current) : roll;
    }

    /// Lets a worker that has yet to prove itself give way to its predecessor, if that is still
    /// there.
    private static void stopUnverified(TransitionStep step, int index) {
        Slot slot = step.slot(index);
        Optional<Worker> old = WorkerTransitions.rollbackCandidate(slot);
        if (!slot.verifying()) {
            return;
        }
        Worker worker = slot.ready().orElseThrow();
        if (old.isPresent()) {
            WorkerTransitions.putBack(step, worker, old.get());
        } else {
            step.change(worker.id(), w -> w.withTrial(Verification.DONE));
        }
    }

    private static void over(TransitionStep step, Operation.Roll roll, String why) {
        step.operationOver();
        step.reply(roll.ticket(), RequestResult.failed(why));
    }

    private static String consequence(TransitionStep step, Operation.Roll roll, int index) {
        boolean serves = step.slot(index).ready().isPresent();
        String empty =
                serves ? "" : "\nslot " + index + " has no worker in service; it will be restarted";
        if (roll.done().isEmpty()) {
            return serves ? "\nthe old generation serves on" : empty + " as before";
        }
        List<Integer> old =
                step.state().slots().stream()
                        .filter(slot -> slot.ready().isPresent())
                        .map(Slot::index)
                        .filter(slot -> !roll.done().contains(slot))
                        .toList();
        String rest =
                old.isEmpty()
                        ? "no slot runs the old generation any more"
                        : "slots " + old + " still run the old one";
        return empty
                + "\npartially rolled: slots "
                + roll.done()
                + " run the new generation, "
                + rest;
    }

    private static String mixed(TransitionStep step) {
        List<Integer> changed = changed(step);
        return changed.isEmpty()
                ? ""
                : "\npartially rolled: slots " + changed + " run the new command";
    }

    private static List<Integer> changed(TransitionStep step) {
        return step.state().slots().stream()
                .filter(slot -> !slot.command().equals(step.state().command()))
                .map(Slot::index)
                .toList();
    }
}
