package dev.berth.supervise.lifecycle;

import dev.berth.supervise.contract.Command;
import dev.berth.supervise.contract.Outcome;
import dev.berth.supervise.contract.WorkerId;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// The rolling restart: one slot at a time, back again when a new command fails.
final class Rolls {
    private Rolls() {}

    static void begin(Step step, long ticket, Optional<Command> command) {
        List<Integer> all = step.state().slots().stream().map(Slot::index).toList();
        step.operation(
                new Operation.Roll(
                        ticket, command, all, OptionalInt.empty(), List.of(), "", List.of()));
    }

    static void advance(Step step, Operation.Roll roll) {
        if (roll.current().isPresent()) {
            goOn(step, roll, roll.current().getAsInt());
        } else if (!roll.reverting() && !stays(step, roll)) {
            return;
        } else if (roll.pending().isEmpty()) {
            over(step, roll);
        } else if (roll.reverting() || warm(step, roll)) {
            enter(step, roll, roll.pending().getFirst());
        }
    }

    /// Whether those who came into service have their whole share. Until then the next old worker
    /// stays: shares are relative, and the last warm one would get what the fresh ones do not.
    private static boolean warm(Step step, Operation.Roll roll) {
        return roll.done().stream()
                .flatMap(index -> step.slot(index).ready().stream())
                .allMatch(worker -> worker.percent() == Worker.WARM);
    }

    /// Whether what the roll has brought into service is still ready.
    private static boolean stays(Step step, Operation.Roll roll) {
        return roll.done().stream().allMatch(index -> step.slot(index).ready().isPresent());
    }

    private static void enter(Step step, Operation.Roll roll, int index) {
        step.operation(roll.starting(index));
        step.change(index, slot -> slot.withHealth(slot.health().retryingAt(Worker.NEVER)));
        if (restored(step, roll, index)) {
            goOn(step, roll.starting(index), index);
            return;
        }
        step.slot(index).candidate().ifPresent(worker -> Lives.terminate(step, worker));
        if (step.settings().overlap()) {
            Starts.start(step, index, command(step, roll, index));
        } else {
            // Stop-then-start: what arrives meanwhile waits in the socket.
            step.slot(index).ready().ifPresent(worker -> Lives.terminate(step, worker));
            startIfEmpty(step, roll, index);
        }
    }

    /// Whether the slot has gone back to the old command by itself, because the new one died.
    private static boolean restored(Step step, Operation.Roll roll, int index) {
        Slot slot = step.slot(index);
        return roll.reverting()
                && slot.candidate()
                        .or(slot::ready)
                        .filter(worker -> roll.proposed().equals(Optional.of(worker.command())))
                        .isPresent();
    }

    private static void startIfEmpty(Step step, Operation.Roll roll, int index) {
        if (step.slot(index).workers().isEmpty()) {
            Starts.start(step, index, command(step, roll, index));
        }
    }

    private static Command command(Step step, Operation.Roll roll, int index) {
        return roll.proposed().orElse(step.slot(index).command());
    }

    private static void goOn(Step step, Operation.Roll roll, int index) {
        Slot slot = step.slot(index);
        if (slot.workers().size() == 1 && slot.ready().isPresent()) {
            Operation.Roll next = roll.finished(index);
            step.operation(next);
            advance(step, next);
        } else if (!step.settings().overlap()) {
            startIfEmpty(step, roll, index);
        }
    }

    private static void over(Step step, Operation.Roll roll) {
        step.operationOver();
        if (roll.reverting()) {
            step.reply(roll.ticket(), Outcome.failed(roll.failure() + "\nrolled back"));
            return;
        }
        roll.proposed().ifPresent(command -> step.become(step.state().withCommand(command)));
        step.reply(roll.ticket(), Outcome.done(report(roll)));
    }

    private static String report(Operation.Roll roll) {
        String rolled = "rolled " + count(roll.done().size());
        return roll.undone().isEmpty() ? rolled : rolled + "\n" + String.join("\n", roll.undone());
    }

    private static String count(int slots) {
        return slots == 1 ? "1 slot" : slots + " slots";
    }

    /// A worker that was to come into service in a slot of the roll failed.
    static boolean failed(Step step, Operation.Roll roll, int index, String why) {
        if (!concerns(roll, index)) {
            return false;
        }
        Slot slot = step.slot(index);
        if (slot.ready().isEmpty()) {
            WorkerId id = new WorkerId(index, slot.generation());
            Lives.backOff(step, id, slot.health().failures() + 1, why);
        }
        end(step, roll, index, why);
        return true;
    }

    /// A worker that was in service ended unasked: the new version does not stay ready. Not so the
    /// old one of the slot being done, whose successor is under way.
    static void crashed(Step step, Operation.Roll roll, int index, String why) {
        if (concerns(roll, index) && step.slot(index).candidate().isEmpty()) {
            end(step, roll, index, why);
        }
    }

    private static boolean concerns(Operation.Roll roll, int index) {
        return roll.current().equals(OptionalInt.of(index))
                || !roll.reverting() && roll.done().contains(index);
    }

    private static void end(Step step, Operation.Roll roll, int index, String why) {
        Operation.Roll rest = withoutCurrent(step, roll);
        if (roll.reverting()) {
            over(step, roll, roll.failure() + "\nrolling back failed too: " + why + mixed(step));
            return;
        }
        if (roll.proposed().isPresent() && step.slot(index).ready().isEmpty()) {
            step.change(index, slot -> slot.withCommand(step.state().command()));
        }
        if (roll.proposed().isPresent() && !rest.done().isEmpty()) {
            step.say(why + "; rolling back " + count(rest.done().size()));
            step.operation(rest.reverting(step.state().command(), why));
        } else {
            over(step, roll, why + consequence(step, rest, index));
        }
    }

    /// Stops what was to replace the current slot's worker, or counts it as done if it has.
    private static Operation.Roll withoutCurrent(Step step, Operation.Roll roll) {
        if (roll.current().isEmpty()) {
            return roll;
        }
        int current = roll.current().getAsInt();
        step.slot(current).candidate().ifPresent(worker -> Lives.terminate(step, worker));
        Slot slot = step.slot(current);
        boolean replaced =
                slot.ready().filter(w -> w.id().generation() == slot.generation()).isPresent();
        return replaced ? roll.finished(current) : roll;
    }

    private static void over(Step step, Operation.Roll roll, String why) {
        step.operationOver();
        step.reply(roll.ticket(), Outcome.failed(why));
    }

    private static String consequence(Step step, Operation.Roll roll, int index) {
        if (!roll.done().isEmpty()) {
            return "\nmixed: slots " + roll.done() + " are new, the others serve on as before";
        }
        return step.slot(index).ready().isPresent()
                ? "\nthe old generation serves on"
                : "\nslot " + index + " has no worker in service; it starts again as before";
    }

    private static String mixed(Step step) {
        List<Integer> changed =
                step.state().slots().stream()
                        .filter(slot -> !slot.command().equals(step.state().command()))
                        .map(Slot::index)
                        .toList();
        return changed.isEmpty() ? "" : "\nmixed: slots " + changed + " have the new command";
    }
}
