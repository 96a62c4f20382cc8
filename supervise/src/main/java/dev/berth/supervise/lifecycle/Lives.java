package dev.berth.supervise.lifecycle;

import dev.berth.supervise.contract.Settings;
import dev.berth.supervise.contract.WorkerId;

import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;

/// The transitions of one worker: ready, failed, crashed, drained, ended.
final class Lives {
    /// How long after SIGKILL it is sent again.
    private static final long KILL_AGAIN_MILLIS = 5_000;

    /// How long the answer to a check may take when the start time is over.
    private static final long CHECK_MILLIS = Settings.ENDING.toMillis() + 1_000;

    private Lives() {}

    static void listening(Step step, WorkerId id) {
        step.state()
                .worker(id)
                .filter(worker -> worker.phase().candidate() && !Lateness.over(worker))
                .ifPresent(worker -> settle(step, worker));
    }

    private static void settle(Step step, Worker worker) {
        long settled = step.now() + step.settings().settle().toMillis();
        boolean waits = step.settings().ready() == Settings.Ready.ANNOUNCED;
        long deadline = waits ? worker.startBy() : Math.min(settled, worker.startBy());
        step.change(worker.id(), w -> w.enters(Phase.SETTLING, step.now(), deadline));
        if (worker.announced()) {
            check(step, worker.id());
        }
    }

    /// The worker may open what is missing in a moment. A program takes about as long from its
    /// first listener to its last as it took to the first, or less; while another worker serves,
    /// that wait loses nothing.
    static void incomplete(Step step, WorkerId id, String lacks, boolean replaces) {
        Optional<Worker> worker = step.state().worker(id).filter(w -> w.phase() == Phase.STARTING);
        if (worker.isEmpty()) {
            return;
        }
        Settings settings = step.settings();
        long taken = step.now() - worker.get().since();
        long more = settings.settle().toMillis() + Math.max(settings.prove().toMillis(), taken);
        long until = replaces ? step.now() + more : worker.get().startBy();
        step.change(id, w -> w.lacking(lacks, Math.min(until, w.startBy())));
    }

    static void announced(Step step, WorkerId id) {
        step.change(id, Worker::withAnnounced);
        step.state()
                .worker(id)
                .filter(worker -> worker.phase() == Phase.SETTLING)
                .ifPresent(worker -> check(step, id));
    }

    static void check(Step step, WorkerId id) {
        long answered = step.now() + CHECK_MILLIS;
        step.change(id, worker -> worker.withDeadline(Math.max(worker.startBy(), answered)));
        step.order(new Action.Check(id));
    }

    static void checked(Step step, WorkerId id, Sight sight) {
        Optional<Worker> worker = step.state().worker(id).filter(w -> w.phase() == Phase.SETTLING);
        if (worker.isEmpty()) {
            return;
        }
        if (sight == Sight.LOST) {
            lostAtStart(step, worker.get());
        } else if (!Trials.tooEarly(step, worker.get(), sight)) {
            ready(step, worker.get());
        }
    }

    private static void lostAtStart(Step step, Worker worker) {
        String why = "closed its listener again before it was ready";
        if (Rolls.replacing(step, worker)) {
            terminate(step, worker);
            step.change(worker.id(), w -> w.blamed(why));
        } else {
            abandon(step, worker, why);
        }
    }

    private static void ready(Step step, Worker worker) {
        Slot slot = step.slot(worker.id().slot());
        Optional<Worker> old = slot.ready();
        step.change(
                slot.index(),
                place ->
                        place.withCommand(worker.command())
                                .withHealth(place.health().ready())
                                .withSince(step.now())
                                .changing(worker.id(), w -> enters(step, w, old.isPresent())));
        if (old.isPresent()) {
            drain(step, old.get());
            if (step.slot(slot.index()).trying()) {
                step.order(new Action.Prove(worker.id()));
            }
        } else {
            step.serve();
        }
        // Last, because whoever reads it may connect at once.
        step.say("slot " + worker.id() + " is ready, pid " + worker.pid());
    }

    private static Worker enters(Step step, Worker worker, boolean successor) {
        return Steerage.enters(step, worker).withTrial(Trials.of(step, worker, successor));
    }

    /// Takes a ready worker out of service for good.
    static void drain(Step step, Worker worker) {
        long until = step.now() + step.settings().drain().toMillis();
        step.change(worker.id(), w -> w.enters(Phase.DRAINING, step.now(), until));
        step.serve();
        step.order(new Action.Drain(worker.id()));
    }

    static void drained(Step step, WorkerId id) {
        step.state()
                .worker(id)
                .filter(worker -> worker.phase() == Phase.DRAINING)
                .ifPresent(worker -> Trials.quiet(step, worker));
        Holding.drained(step, id);
    }

    static void givenUp(Step step, WorkerId id, String what) {
        Optional<Phase> phase = step.state().worker(id).map(Worker::phase);
        if (phase.filter(p -> p == Phase.DRAINING || p == Phase.STOPPING).isPresent()) {
            String after = Epitaph.seconds(step.settings().drain());
            String text = "slot " + id + " is stopped after --drain " + after + ", leaving " + what;
            step.say(text);
            Operations.givenUp(step, text);
        }
    }

    static void terminate(Step step, Worker worker) {
        stop(step, worker, false);
    }

    private static void stop(Step step, Worker worker, boolean ending) {
        long moment = ending ? Settings.ENDING.toMillis() : 0;
        long until = step.now() + moment + step.settings().grace().toMillis();
        step.change(worker.id(), w -> w.enters(Phase.STOPPING, step.now(), until));
        step.serve();
        step.order(new Action.Terminate(worker.id(), ending));
    }

    static void kill(Step step, Worker worker) {
        long again = step.now() + KILL_AGAIN_MILLIS;
        step.change(worker.id(), w -> w.enters(Phase.KILLED, step.now(), again).blamed(w.lacks()));
        step.order(new Action.Kill(worker.id()));
    }

    static void lost(Step step, WorkerId id, String why) {
        Optional<Worker> found = step.state().worker(id);
        found.filter(w -> w.phase().candidate() && step.settings().taking())
                .ifPresent(candidate -> abandon(step, candidate, why));
        Optional<Worker> worker = found.filter(w -> w.phase() == Phase.READY);
        if (worker.isEmpty()) {
            return;
        }
        step.say("slot " + id + " " + why);
        Slot slot = step.slot(id.slot());
        Optional<Worker> old = revivable(slot);
        if (slot.candidate().isPresent()) {
            drain(step, worker.get());
        } else if (old.isPresent()) {
            putBack(step, worker.get(), old.get(), true);
            step.change(id, w -> w.blamed("closed its listener after it was ready"));
        } else if (step.settings().taking()) {
            replace(step, worker.get(), why);
        } else {
            listenAgain(step, worker.get());
        }
    }

    /// Handles a worker in service that turned out to be bad although it is alive: its predecessor
    /// comes back if it is still there.
    static void dismiss(Step step, Worker worker, String why) {
        Optional<Worker> old = revivable(step.slot(worker.id().slot()));
        if (old.isPresent()) {
            fallBack(step, worker, old.get(), why);
        } else {
            terminate(step, worker);
            step.order(new Action.Withdraw(worker.id()));
            failed(step, worker.id(), name(worker) + " " + why);
        }
    }

    private static void fallBack(Step step, Worker worker, Worker old, String why) {
        putBack(step, worker, old);
        Operations.failed(step, worker.id().slot(), name(worker) + " " + why);
    }

    /// Puts the predecessor back into service. It also serves what waits for its successor, which
    /// gets the stop signal.
    static void putBack(Step step, Worker worker, Worker old) {
        putBack(step, worker, old, false);
    }

    private static void putBack(Step step, Worker worker, Worker old, boolean ending) {
        step.change(worker.id(), w -> w.enters(Phase.STOPPING, step.now(), Worker.NEVER));
        revive(step, old);
        stop(step, worker, ending);
        step.order(new Action.Withdraw(worker.id()));
    }

    /// The worker cannot come back, but may finish its connections.
    private static void replace(Step step, Worker worker, String why) {
        drain(step, worker);
        again(step, worker, why);
    }

    private static void listenAgain(Step step, Worker worker) {
        boolean stable = stable(step, worker);
        step.change(worker.id(), w -> w.restarting(step.now(), step.settings()));
        step.change(
                worker.id().slot(),
                slot ->
                        slot.withSince(step.now())
                                .withHealth(stable ? slot.health().steady() : slot.health()));
        step.serve();
    }

    static boolean stable(Step step, Worker worker) {
        return step.now() - worker.since() >= Settings.STABLE.toMillis();
    }

    static void unborn(Step step, WorkerId id, String why) {
        Optional<Worker> worker = step.state().worker(id);
        if (worker.isEmpty()) {
            return;
        }
        bury(step, id);
        if (worker.get().phase().candidate()) {
            missed(step, id, why);
        }
    }

    static void exited(Step step, Event.Exited exited) {
        Optional<Worker> found = step.state().worker(exited.id());
        if (found.isEmpty()) {
            return;
        }
        Worker worker = found.get();
        boolean clean = exited.served() && exited.status().success();
        bury(step, worker.id());
        if (clean && worker.phase() == Phase.SETTLING && undisturbed(step, worker)) {
            if (step.state().emptySince() != Worker.NEVER) {
                step.nobodySince(step.now());
            }
            finished(step, worker);
        } else if (worker.phase().candidate()) {
            String why = Epitaph.atStart(worker, exited, step.settings().taking());
            boolean never = !step.slot(worker.id().slot()).health().proven();
            if (!(never && Epitaph.misused(exited) && Starting.misused(step, why))) {
                failed(step, worker.id(), why);
            }
        } else if (worker.phase() == Phase.READY) {
            if (clean && !worker.trial().open()) {
                finished(step, worker);
            } else {
                crashed(step, worker, Epitaph.crash(worker, exited));
            }
        } else if (worker.blamed() && !step.state().stopping()) {
            Operations.failed(step, worker.id().slot(), Epitaph.blamed(worker, exited));
        }
    }

    /// Whether no operation waits for this worker, and its slot has been in service before. If many
    /// connections wait for a server with a request limit, it can reach the limit while it settles.
    private static boolean undisturbed(Step step, Worker worker) {
        return step.state().operation().isEmpty()
                && step.slot(worker.id().slot()).health().proven();
    }

    /// The worker has served and then exited by itself, as a server with a request limit does: not
    /// a failure.
    private static void finished(Step step, Worker worker) {
        int index = worker.id().slot();
        if (step.state().stopping() || step.slot(index).goal() == Slot.Goal.LEAVE) {
            return;
        }
        step.say(name(worker) + " served and then exited by itself (exit 0); starting the next");
        step.change(index, slot -> slot.withHealth(slot.health().restarted().steady()));
        Operations.finished(step, index, name(worker) + " exited by itself (exit 0)");
    }

    /// Removes a worker that has ended: its sockets are closed, or kept for its successors.
    private static void bury(Step step, WorkerId id) {
        step.change(id.slot(), slot -> slot.without(id).withSince(step.now()));
        step.serve();
        Slot slot = step.slot(id.slot());
        boolean succeeded = slot.ready().isPresent() || slot.goal() == Slot.Goal.LEAVE;
        step.order(succeeded ? new Action.Retire(id) : new Action.Bequeath(id));
    }

    private static void crashed(Step step, Worker worker, String why) {
        int index = worker.id().slot();
        if (step.state().stopping() || step.slot(index).goal() == Slot.Goal.LEAVE) {
            return;
        }
        step.say(why);
        Optional<Worker> old = revivable(step.slot(index));
        if (old.isPresent()) {
            revive(step, old.get());
            Operations.failed(step, index, why);
            return;
        }
        again(step, worker, why);
    }

    /// Starts another worker in the slot of a worker that was in service: at once, or after a pause
    /// if that happens often.
    private static void again(Step step, Worker worker, String why) {
        int index = worker.id().slot();
        step.change(index, slot -> slot.withHealth(slot.health().restarted()));
        int before = stable(step, worker) ? 0 : step.slot(index).health().failures();
        backOff(step, worker.id(), before + 1, why);
        Operations.crashed(step, index, why);
    }

    /// The predecessor, as long as it has not been told to stop.
    static Optional<Worker> revivable(Slot slot) {
        return slot.workers().stream()
                .filter(worker -> worker.phase() == Phase.DRAINING)
                .max(Comparator.comparing(Worker::id));
    }

    private static void revive(Step step, Worker old) {
        step.change(old.id(), w -> w.enters(Phase.READY, step.now(), Worker.NEVER));
        step.change(old.id().slot(), slot -> slot.withCommand(old.command()));
        step.say("slot " + old.id() + " is back in service, pid " + old.pid());
        step.serve();
    }

    /// Gives up a worker that is alive but did not become ready.
    static void abandon(Step step, Worker worker, String why) {
        terminate(step, worker);
        failed(step, worker.id(), name(worker) + " " + why);
    }

    private static String name(Worker worker) {
        return "slot " + worker.id() + " (pid " + worker.pid() + ")";
    }

    /// Handles a worker that never came into service and has ended, or soon will.
    private static void failed(Step step, WorkerId id, String why) {
        if (retried(step, id, why)) {
            step.say(why + "; " + nextTry(step, id.slot()));
        }
    }

    /// Handles a start in which no program was started. What was missing may be available again at
    /// any moment.
    private static void missed(Step step, WorkerId id, String why) {
        if (retried(step, id, why)) {
            long latest = step.now() + Settings.LONGEST_UNBORN_BACKOFF.toMillis();
            step.change(id.slot(), slot -> slot.withHealth(slot.health().retryingBefore(latest)));
            step.say(why + "; " + nextTry(step, id.slot()));
        }
    }

    /// Whether the slot gets another worker without the help of an operation.
    private static boolean retried(Step step, WorkerId id, String why) {
        if (step.state().stopping() || step.slot(id.slot()).goal() == Slot.Goal.LEAVE) {
            return false;
        }
        if (Operations.failed(step, id.slot(), why)) {
            return false;
        }
        backOff(step, id, step.slot(id.slot()).health().failures() + 1, why);
        return true;
    }

    static void backOff(Step step, WorkerId id, int failures, String why) {
        long salt = 31L * id.slot() + id.generation();
        long usual = Settings.backoffMillis(failures, salt);
        boolean urgent = step.state().service().workers().isEmpty();
        long pause = urgent ? Math.min(usual, Settings.SOON.toMillis()) : usual;
        long due = pause == 0 ? Worker.NEVER : step.now() + pause;
        step.change(id.slot(), slot -> slot.withHealth(slot.health().failed(failures, why, due)));
    }

    private static String nextTry(Step step, int index) {
        Health health = step.slot(index).health();
        if (!health.waiting()) {
            return "starting again";
        }
        Duration pause = Duration.ofMillis(health.retryAt() - step.now());
        return "next try in " + Epitaph.seconds(pause);
    }
}
