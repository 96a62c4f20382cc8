package dev.berth.supervise.lifecycle;

import dev.berth.supervise.contract.Command;
import dev.berth.supervise.contract.WorkerId;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// A place in the group, and the workers that fill it: at most one candidate, at most one in
/// service, and those on their way out.
///
/// @param generation the last number given; 0 before the first start
/// @param command what the worker in service runs, and what a respawn runs
/// @param since when the condition last changed, in milliseconds
public record Slot(
        int index,
        Goal goal,
        int generation,
        Command command,
        List<Worker> workers,
        long since,
        RestartHistory history) {
    /// What a slot is for at present.
    public enum Goal {
        /// To have a worker in service.
        RUN,
        /// To have a worker that gets no new connections, until `undrain`.
        DRAINED,
        /// To become empty and be removed.
        LEAVE
    }

    /// The state of a slot as users see it.
    public enum Condition {
        STARTING,
        READY,
        DRAINING,
        BACKOFF,
        STOPPED
    }

    public Slot {
        workers = List.copyOf(workers);
    }

    static Slot empty(int index, int generation, Command command, long now) {
        return new Slot(index, Goal.RUN, generation, command, List.of(), now, RestartHistory.NEW);
    }

    Optional<Worker> candidate() {
        return workers.stream().filter(worker -> worker.phase().candidate()).findFirst();
    }

    /// The worker in service.
    public Optional<Worker> ready() {
        return workers.stream().filter(worker -> worker.phase() == Phase.READY).findFirst();
    }

    /// Whether the worker in service has yet to show that it accepts.
    boolean verifying() {
        return ready().filter(worker -> worker.verification().pending()).isPresent();
    }

    Optional<Worker> worker(WorkerId id) {
        return workers.stream().filter(worker -> worker.id().equals(id)).findFirst();
    }

    /// The worker that stands for the slot: the one in service, else the candidate, else one on its
    /// way out.
    public Optional<Worker> principal() {
        return ready().or(this::candidate).or(() -> workers.stream().findFirst());
    }

    /// The state that is reported to users.
    public Condition condition() {
        if (ready().isPresent()) {
            return goal == Goal.RUN ? Condition.READY : Condition.DRAINING;
        }
        if (candidate().isPresent()) {
            return Condition.STARTING;
        }
        if (!workers.isEmpty()) {
            return Condition.DRAINING;
        }
        return history.waiting() ? Condition.BACKOFF : Condition.STOPPED;
    }

    Slot withGoal(Goal next) {
        return new Slot(index, next, generation, command, workers, since, history);
    }

    Slot withCommand(Command next) {
        return new Slot(index, goal, generation, next, workers, since, history);
    }

    Slot withSince(long now) {
        return new Slot(index, goal, generation, command, workers, now, history);
    }

    Slot withHealth(RestartHistory next) {
        return new Slot(index, goal, generation, command, workers, since, next);
    }

    Slot adding(Worker worker) {
        List<Worker> next = new ArrayList<>(workers);
        next.add(worker);
        int number = worker.id().generation();
        RestartHistory tried = history.retryingAt(Moment.NEVER);
        return new Slot(index, goal, number, command, next, since, tried);
    }

    Slot without(WorkerId id) {
        return withWorkers(workers.stream().filter(worker -> !worker.id().equals(id)).toList());
    }

    Slot changing(WorkerId id, UnaryOperator<Worker> change) {
        return withWorkers(
                workers.stream()
                        .map(worker -> worker.id().equals(id) ? change.apply(worker) : worker)
                        .toList());
    }

    private Slot withWorkers(List<Worker> next) {
        return new Slot(index, goal, generation, command, next, since, history);
    }
}
