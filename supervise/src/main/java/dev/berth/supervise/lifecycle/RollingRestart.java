package dev.berth.supervise.lifecycle;

import dev.berth.supervise.contract.Command;
import dev.berth.supervise.contract.DomainEvent;
import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.RequestResult;
import dev.berth.supervise.contract.Settings;
import dev.berth.supervise.contract.WorkerFailure;
import dev.berth.supervise.contract.WorkerId;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/// The rolling restart: one slot at a time, and back again if a new command fails. This class goes
/// from slot to slot. In a slot, [WorkerReadiness] puts the new worker into service and lets the
/// old one drain, and [OldWorkerStop] stops the old one; without overlap (UDP) it is stopped here.
///
/// @param proposed the new command, if there is one; the old one while rolling back
/// @param undoing why the old command is brought back; empty while the roll moves forward
/// @param undone what old workers left unfinished when they were stopped
/// @param newAddresses whether the new workers may listen on fewer or other addresses
record RollingRestart(
        long ticket,
        Optional<Command> proposed,
        RollProgress progress,
        Optional<WorkerFailure> undoing,
        List<DomainEvent.DrainExpired> undone,
        boolean newAddresses)
        implements Operation {
    RollingRestart {
        undone = List.copyOf(undone);
    }

    /// Begins, or answers why not.
    static Optional<Operation> begin(TransitionStep step, long ticket, Request.Roll request) {
        List<Integer> all = step.state().slots().stream().map(Slot::index).toList();
        if (request.slot().isPresent() && !all.contains(request.slot().getAsInt())) {
            step.reply(ticket, SlotDrain.noWorker(step, request.slot().getAsInt()));
            return Optional.empty();
        }
        List<Integer> wanted =
                request.slot().isPresent() ? List.of(request.slot().getAsInt()) : all;
        step.report(new DomainEvent.RollBegan(wanted));
        return Optional.of(
                new RollingRestart(
                        ticket,
                        proposed(step, request),
                        RollProgress.of(wanted),
                        Optional.empty(),
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

    @Override
    public String verb() {
        return "roll";
    }

    @Override
    public Involvement involvement(int slot) {
        if (!progress.current().equals(OptionalInt.of(slot))) {
            return Involvement.OTHER;
        }
        return undoing.isPresent() ? Involvement.BROUGHT_BACK : Involvement.REPLACED;
    }

    private RollingRestart with(RollProgress next) {
        return new RollingRestart(ticket, proposed, next, undoing, undone, newAddresses);
    }

    @Override
    public Decision advance(TransitionStep step) {
        if (progress.current().isPresent()) {
            return startNext(step, progress.current().getAsInt());
        }
        if (undoing.isEmpty() && !stillReady(step)) {
            return continues();
        }
        if (progress.pending().isEmpty()) {
            return over(step);
        }
        return undoing.isPresent() || slowStartsOver(step)
                ? enter(step, progress.pending().getFirst())
                : continues();
    }

    /// Whether the new workers have their whole share. Until then the next old worker stays: shares
    /// are relative, and the last warm worker would get what the fresh ones do not.
    private boolean slowStartsOver(TransitionStep step) {
        return progress.done().stream()
                .flatMap(index -> step.slot(index).ready().stream())
                .allMatch(worker -> worker.percent() == Worker.FULL_PERCENT);
    }

    /// Whether the workers that the roll has brought into service are still ready.
    private boolean stillReady(TransitionStep step) {
        return progress.done().stream().allMatch(index -> step.slot(index).ready().isPresent());
    }

    private Decision enter(TransitionStep step, int index) {
        RollingRestart next = with(progress.starting(index));
        boolean steady =
                step.slot(index).ready().filter(w -> WorkerMoves.stable(step, w)).isPresent();
        step.change(
                index,
                slot -> {
                    RestartHistory history = slot.history().retryingAt(Moment.NEVER);
                    return slot.withHealth(steady ? history.steady() : history);
                });
        if (broughtBack(step, index)) {
            return next.startNext(step, index);
        }
        step.slot(index).candidate().ifPresent(worker -> WorkerMoves.terminate(step, worker));
        if (step.settings().overlap()) {
            WorkerMoves.start(step, index, command(step, index));
        } else {
            // Stop, then start: connections that arrive meanwhile wait in the socket.
            step.slot(index).ready().ifPresent(worker -> WorkerMoves.terminate(step, worker));
            startIfEmpty(step, index);
        }
        return next.continues();
    }

    /// Whether the slot has already gone back to the old command because the new one died.
    private boolean broughtBack(TransitionStep step, int index) {
        Slot slot = step.slot(index);
        return undoing.isPresent()
                && slot.candidate()
                        .or(slot::ready)
                        .filter(worker -> proposed.equals(Optional.of(worker.command())))
                        .isPresent();
    }

    private void startIfEmpty(TransitionStep step, int index) {
        if (step.slot(index).workers().isEmpty()) {
            WorkerMoves.start(step, index, command(step, index));
        }
    }

    private Command command(TransitionStep step, int index) {
        return proposed.orElse(step.slot(index).command());
    }

    private Decision startNext(TransitionStep step, int index) {
        Slot slot = step.slot(index);
        boolean alone = slot.workers().size() == 1 && slot.ready().isPresent();
        if (alone && !slot.verifying() && step.now() >= steadyAt(slot)) {
            return with(progress.finished(index)).advance(step);
        }
        if (!step.settings().overlap()) {
            startIfEmpty(step, index);
        }
        return continues();
    }

    /// When the slot in progress counts as done: at once, unless its workers died repeatedly
    /// before; then only after the new worker has lived for [Settings#STABLE].
    private long steadyAt(Slot slot) {
        return undoing.isPresent() || !slot.history().repeated()
                ? 0
                : slot.ready()
                        .map(worker -> worker.since() + Settings.STABLE.toMillis())
                        .orElse(0L);
    }

    @Override
    public long deadline(ServiceState state) {
        return progress.current().stream()
                .mapToObj(state::slot)
                .flatMap(Optional::stream)
                .filter(slot -> slot.workers().size() == 1 && !slot.verifying())
                .mapToLong(this::steadyAt)
                .filter(at -> at > 0)
                .findFirst()
                .orElse(Moment.NEVER);
    }

    private Decision over(TransitionStep step) {
        if (undoing.isPresent()) {
            return over(step, new RequestResult.RolledBack(undoing.get()));
        }
        remember(step);
        step.report(new DomainEvent.RollEnded(true));
        step.reply(
                ticket,
                new RequestResult.Rolled(
                        progress.done().size(), undone, RollReport.apart(step.state(), proposed)));
        return Decision.OVER;
    }

    private Decision over(TransitionStep step, RequestResult.Failed why) {
        step.report(new DomainEvent.RollEnded(false));
        step.reply(ticket, why);
        return Decision.OVER;
    }

    /// Makes the new command the command of the service once every slot runs it.
    private void remember(TransitionStep step) {
        proposed.filter(
                        command ->
                                step.state().slots().stream()
                                        .allMatch(slot -> slot.command().equals(command)))
                .ifPresent(command -> step.become(step.state().withCommand(command)));
        step.become(step.state().withReplaced(replacedApart(step.state())));
    }

    /// The slots that a failed roll had replaced and that still differ from the others: none after
    /// a roll of all slots; after a roll of a single slot, that slot too.
    private List<Integer> replacedApart(ServiceState state) {
        int slots = state.slots().size();
        if (progress.done().size() == slots || state.replaced().isEmpty()) {
            return List.of();
        }
        List<Integer> now =
                Stream.concat(state.replaced().stream(), progress.done().stream())
                        .distinct()
                        .sorted()
                        .toList();
        return now.size() == slots ? List.of() : now;
    }

    @Override
    public Decision onFailed(TransitionStep step, WorkerOutcome.Failed failure) {
        int index = failure.id().slot();
        if (!concerns(index)) {
            return Decision.UNCONCERNED;
        }
        Slot slot = step.slot(index);
        if (slot.ready().isEmpty()) {
            WorkerId id = new WorkerId(index, slot.generation());
            Backoff.apply(step, id, slot.history().failures() + 1, failure.failure());
        }
        return end(step, index, failure.failure());
    }

    /// The new version does not stay ready. The old worker of the slot in progress is no such case,
    /// because its successor is on its way.
    @Override
    public Decision onCrashed(TransitionStep step, WorkerOutcome.Crashed crash) {
        int index = crash.id().slot();
        return concerns(index) && step.slot(index).candidate().isEmpty()
                ? end(step, index, crash.failure())
                : Decision.UNCONCERNED;
    }

    @Override
    public Decision onDrainExpired(WorkerOutcome.DrainExpired expired) {
        List<DomainEvent.DrainExpired> more = new ArrayList<>(undone);
        more.add(expired.event());
        return new RollingRestart(ticket, proposed, progress, undoing, more, newAddresses)
                .continues();
    }

    @Override
    public void interrupt(TransitionStep step) {
        step.report(new DomainEvent.RollEnded(false));
        Operation.super.interrupt(step);
    }

    private boolean concerns(int index) {
        return progress.current().equals(OptionalInt.of(index))
                || undoing.isEmpty() && progress.done().contains(index);
    }

    private Decision end(TransitionStep step, int index, WorkerFailure failure) {
        RollProgress rest = withoutCurrent(step);
        if (undoing.isPresent()) {
            List<Integer> apart = RollReport.apart(step.state());
            return over(step, new RequestResult.RollbackFailed(undoing.get(), failure, apart));
        }
        boolean taken = proposed.equals(Optional.of(step.slot(index).command()));
        if (taken && step.slot(index).ready().isEmpty()) {
            step.change(index, slot -> slot.withCommand(step.state().command()));
        }
        if (proposed.isPresent() && !rest.done().isEmpty()) {
            step.report(new DomainEvent.RollingBack(rest.done(), failure));
            return undo(step, rest.done(), failure).continues();
        }
        RequestResult.Failed why = RollReport.failed(step.state(), rest.done(), index, failure);
        step.become(step.state().withReplaced(rest.done()));
        return over(step, why);
    }

    /// Brings the previous command back to the slots that were replaced, the last one first.
    private RollingRestart undo(TransitionStep step, List<Integer> replaced, WorkerFailure cause) {
        return new RollingRestart(
                ticket,
                Optional.of(step.state().command()),
                RollProgress.of(replaced.reversed()),
                Optional.of(cause),
                undone,
                newAddresses);
    }

    /// Stops the worker that was to replace the current slot's worker, or counts the slot as done
    /// if it already has.
    private RollProgress withoutCurrent(TransitionStep step) {
        if (progress.current().isEmpty()) {
            return progress;
        }
        int current = progress.current().getAsInt();
        step.slot(current).candidate().ifPresent(worker -> WorkerMoves.terminate(step, worker));
        stopUnverified(step, current);
        Slot slot = step.slot(current);
        boolean replaced =
                slot.ready().filter(w -> w.id().generation() == slot.generation()).isPresent();
        return replaced ? progress.finished(current) : progress;
    }

    /// Lets a worker that has yet to prove itself give way to its predecessor, if that is still
    /// there.
    private static void stopUnverified(TransitionStep step, int index) {
        Slot slot = step.slot(index);
        Optional<Worker> old = WorkerMoves.rollbackCandidate(slot);
        if (!slot.verifying()) {
            return;
        }
        Worker worker = slot.ready().orElseThrow();
        if (old.isPresent()) {
            WorkerMoves.putBack(step, worker, old.get());
        } else {
            step.change(worker.id(), w -> w.withVerification(Verification.DONE));
        }
    }
}
