package dev.berth.supervise.lifecycle;

import dev.berth.supervise.contract.Settings;
import dev.berth.supervise.contract.WorkerId;

import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;

/// The transitions of one worker: ready, failed, crashed, drained, ended.
final class WorkerTransitions {
    /// How long after SIGKILL it is sent again.
    private static final long KILL_AGAIN_MILLIS = 5_000;

    /// How long the answer to a check may take when the start time is over.
    private static final long CHECK_MILLIS = Settings.SELF_EXIT.toMillis() + 1_000;

    private WorkerTransitions() {}

    static void listening(TransitionStep step, WorkerId id) {
        step.state()
                .worker(id)
                .filter(
                        worker ->
                                worker.phase().candidate() && !StartTimeout.tooLateToListen(worker))
                .ifPresent(worker -> settle(step, worker));
    }

    private static void settle(TransitionStep step, Worker worker) {
        long settled = step.now() + step.settings().settle().toMillis();
        boolean waits = step.settings().ready() == Settings.Ready.ANNOUNCED;
        long deadline = waits ? worker.startBy() : Math.min(settled, worker.startBy());
        step.change(worker.id(), w -> w.inPhase(Phase.SETTLING, step.now(), deadline));
        if (worker.announced()) {
            check(step, worker.id());
        }
    }

    /// The worker may open what is missing in a moment. A program takes about as long from its
    /// first listener to its last as it took to the first, or less; while another worker serves,
    /// that wait loses nothing.
    static void incomplete(TransitionStep step, WorkerId id, String lacks, boolean replaces) {
        Optional<Worker> worker = step.state().worker(id).filter(w -> w.phase() == Phase.STARTING);
        if (worker.isEmpty()) {
            return;
        }
        Settings settings = step.settings();
        long taken = step.now() - worker.get().since();
        long more = settings.settle().toMillis() + Math.max(settings.prove().toMillis(), taken);
        long until = replaces ? step.now() + more : worker.get().startBy();
        step.change(id, w -> w.withMissing(lacks, Math.min(until, w.startBy())));
    }

    static void announced(TransitionStep step, WorkerId id) {
        step.change(id, Worker::withAnnounced);
        step.state()
                .worker(id)
                .filter(worker -> worker.phase() == Phase.SETTLING)
                .ifPresent(worker -> check(step, id));
    }

    static void check(TransitionStep step, WorkerId id) {
        long answered = step.now() + CHECK_MILLIS;
        step.change(id, worker -> worker.withDeadline(Math.max(worker.startBy(), answered)));
        step.emit(new Action.Check(id));
    }

    static void checked(TransitionStep step, WorkerId id, ListenState listenState) {
        Optional<Worker> worker = step.state().worker(id).filter(w -> w.phase() == Phase.SETTLING);
        if (worker.isEmpty()) {
            return;
        }
        if (listenState == ListenState.LOST) {
            lostAtStart(step, worker.get());
        } else if (!RollVerification.tooEarly(step, worker.get(), listenState)) {
            ready(step, worker.get());
        }
    }

    private static void lostAtStart(TransitionStep step, Worker worker) {
        String why = "closed its listener again before it was ready";
        if (RollingRestart.replacing(step, worker)) {
            terminate(step, worker);
            step.change(worker.id(), w -> w.withStopReason(why));
        } else {
            stopUnready(step, worker, why);
        }
    }

    private static void ready(TransitionStep step, Worker worker) {
        Slot slot = step.slot(worker.id().slot());
        Optional<Worker> old = slot.ready();
        step.change(
                slot.index(),
                place ->
                        place.withCommand(worker.command())
                                .withHealth(place.history().ready())
                                .withSince(step.now())
                                .changing(
                                        worker.id(), w -> enterService(step, w, old.isPresent())));
        if (old.isPresent()) {
            drain(step, old.get());
            if (step.slot(slot.index()).verifying()) {
                step.emit(new Action.Verify(worker.id()));
            }
        } else {
            step.serve();
        }
        // Last, because whoever reads it may connect at once.
        step.say("slot " + worker.id() + " is ready, pid " + worker.pid());
    }

    private static Worker enterService(TransitionStep step, Worker worker, boolean successor) {
        return TrafficChanges.withInitialShare(step, worker)
                .withTrial(RollVerification.of(step, worker, successor));
    }

    /// Takes a ready worker out of service for good.
    static void drain(TransitionStep step, Worker worker) {
        long until = step.now() + step.settings().drain().toMillis();
        step.change(worker.id(), w -> w.inPhase(Phase.DRAINING, step.now(), until));
        step.serve();
        step.emit(new Action.Drain(worker.id()));
    }

    static void drained(TransitionStep step, WorkerId id) {
        step.state()
                .worker(id)
                .filter(worker -> worker.phase() == Phase.DRAINING)
                .ifPresent(worker -> RollVerification.drained(step, worker));
        SlotDrain.drained(step, id);
    }

    static void drainExpired(TransitionStep step, WorkerId id, String what) {
        Optional<Phase> phase = step.state().worker(id).map(Worker::phase);
        if (phase.filter(p -> p == Phase.DRAINING || p == Phase.STOPPING).isPresent()) {
            String after = ExitReport.seconds(step.settings().drain());
            String text = "slot " + id + " is stopped after --drain " + after + ", leaving " + what;
            step.say(text);
            Operations.drainExpired(step, text);
        }
    }

    static void terminate(TransitionStep step, Worker worker) {
        stop(step, worker, false);
    }

    private static void stop(TransitionStep step, Worker worker, boolean ending) {
        long moment = ending ? Settings.SELF_EXIT.toMillis() : 0;
        long until = step.now() + moment + step.settings().grace().toMillis();
        step.change(worker.id(), w -> w.inPhase(Phase.STOPPING, step.now(), until));
        step.serve();
        step.emit(new Action.Terminate(worker.id(), ending));
    }

    static void kill(TransitionStep step, Worker worker) {
        long again = step.now() + KILL_AGAIN_MILLIS;
        step.change(
                worker.id(),
                w -> w.inPhase(Phase.KILLED, step.now(), again).withStopReason(w.reason()));
        step.emit(new Action.Kill(worker.id()));
    }

    static void lost(TransitionStep step, WorkerId id, String why) {
        Optional<Worker> found = step.state().worker(id);
        found.filter(w -> w.phase().candidate() && step.settings().usesReadyProtocol())
                .ifPresent(candidate -> stopUnready(step, candidate, why));
        Optional<Worker> worker = found.filter(w -> w.phase() == Phase.READY);
        if (worker.isEmpty()) {
            return;
        }
        step.say("slot " + id + " " + why);
        Slot slot = step.slot(id.slot());
        Optional<Worker> old = rollbackCandidate(slot);
        if (slot.candidate().isPresent()) {
            drain(step, worker.get());
        } else if (old.isPresent()) {
            putBack(step, worker.get(), old.get(), true);
            step.change(id, w -> w.withStopReason("closed its listener after it was ready"));
        } else if (step.settings().usesReadyProtocol()) {
            replace(step, worker.get(), why);
        } else {
            listenAgain(step, worker.get());
        }
    }

    /// Handles a worker in service that turned out to be bad although it is alive: its predecessor
    /// comes back if it is still there.
    static void replaceByPredecessor(TransitionStep step, Worker worker, String why) {
        Optional<Worker> old = rollbackCandidate(step.slot(worker.id().slot()));
        if (old.isPresent()) {
            fallBack(step, worker, old.get(), why);
        } else {
            terminate(step, worker);
            step.emit(new Action.MoveQueue(worker.id()));
            failed(step, worker.id(), name(worker) + " " + why);
        }
    }

    private static void fallBack(TransitionStep step, Worker worker, Worker old, String why) {
        putBack(step, worker, old);
        Operations.failed(step, worker.id().slot(), name(worker) + " " + why);
    }

    /// Puts the predecessor back into service. It also serves what waits for its successor, which
    /// gets the stop signal.
    static void putBack(TransitionStep step, Worker worker, Worker old) {
        putBack(step, worker, old, false);
    }

    private static void putBack(TransitionStep step, Worker worker, Worker old, boolean ending) {
        step.change(worker.id(), w -> w.inPhase(Phase.STOPPING, step.now(), Worker.NEVER));
        returnToService(step, old);
        stop(step, worker, ending);
        step.emit(new Action.MoveQueue(worker.id()));
    }

    /// The worker cannot come back, but may finish its connections.
    private static void replace(TransitionStep step, Worker worker, String why) {
        drain(step, worker);
        restart(step, worker, why);
    }

    private static void listenAgain(TransitionStep step, Worker worker) {
        boolean stable = stable(step, worker);
        step.change(worker.id(), w -> w.restarting(step.now(), step.settings()));
        step.change(
                worker.id().slot(),
                slot ->
                        slot.withSince(step.now())
                                .withHealth(stable ? slot.history().steady() : slot.history()));
        step.serve();
    }

    static boolean stable(TransitionStep step, Worker worker) {
        return step.now() - worker.since() >= Settings.STABLE.toMillis();
    }

    static void spawnFailed(TransitionStep step, WorkerId id, String why) {
        Optional<Worker> worker = step.state().worker(id);
        if (worker.isEmpty()) {
            return;
        }
        removeWorker(step, id);
        if (worker.get().phase().candidate()) {
            notSpawned(step, id, why);
        }
    }

    static void exited(TransitionStep step, Event.Exited exited) {
        Optional<Worker> found = step.state().worker(exited.id());
        if (found.isEmpty()) {
            return;
        }
        Worker worker = found.get();
        boolean clean = exited.served() && exited.status().success();
        removeWorker(step, worker.id());
        if (clean && worker.phase() == Phase.SETTLING && noOperationWaits(step, worker)) {
            if (step.state().noneInServiceSince() != Worker.NEVER) {
                step.noneInServiceSince(step.now());
            }
            exitedCleanly(step, worker);
        } else if (worker.phase().candidate()) {
            String why = ExitReport.atStart(worker, exited, step.settings().usesReadyProtocol());
            boolean never = !step.slot(worker.id().slot()).history().wasEverReady();
            if (!(never && ExitReport.misused(exited) && InitialStart.misused(step, why))) {
                failed(step, worker.id(), why);
            }
        } else if (worker.phase() == Phase.READY) {
            if (clean && !worker.verification().pending()) {
                exitedCleanly(step, worker);
            } else {
                crashed(step, worker, ExitReport.crash(worker, exited));
            }
        } else if (worker.stoppedForReason() && !step.state().stopping()) {
            Operations.failed(step, worker.id().slot(), ExitReport.blamed(worker, exited));
        }
    }

    /// Whether no operation waits for this worker, and its slot has been in service before. If many
    /// connections wait for a server with a request limit, it can reach the limit while it settles.
    private static boolean noOperationWaits(TransitionStep step, Worker worker) {
        return step.state().operation().isEmpty()
                && step.slot(worker.id().slot()).history().wasEverReady();
    }

    /// The worker has served and then exited by itself, as a server with a request limit does: not
    /// a failure.
    private static void exitedCleanly(TransitionStep step, Worker worker) {
        int index = worker.id().slot();
        if (step.state().stopping() || step.slot(index).goal() == Slot.Goal.LEAVE) {
            return;
        }
        step.say(name(worker) + " served and then exited by itself (exit 0); starting the next");
        step.change(index, slot -> slot.withHealth(slot.history().restarted().steady()));
        Operations.exitedCleanly(step, index, name(worker) + " exited by itself (exit 0)");
    }

    /// Removes a worker that has ended: its sockets are closed, or kept for its successors.
    private static void removeWorker(TransitionStep step, WorkerId id) {
        step.change(id.slot(), slot -> slot.without(id).withSince(step.now()));
        step.serve();
        Slot slot = step.slot(id.slot());
        boolean succeeded = slot.ready().isPresent() || slot.goal() == Slot.Goal.LEAVE;
        step.emit(succeeded ? new Action.CloseSockets(id) : new Action.KeepQueue(id));
    }

    private static void crashed(TransitionStep step, Worker worker, String why) {
        int index = worker.id().slot();
        if (step.state().stopping() || step.slot(index).goal() == Slot.Goal.LEAVE) {
            return;
        }
        step.say(why);
        Optional<Worker> old = rollbackCandidate(step.slot(index));
        if (old.isPresent()) {
            returnToService(step, old.get());
            Operations.failed(step, index, why);
            return;
        }
        restart(step, worker, why);
    }

    /// Starts another worker in the slot of a worker that was in service: at once, or after a pause
    /// if that happens often.
    private static void restart(TransitionStep step, Worker worker, String why) {
        int index = worker.id().slot();
        step.change(index, slot -> slot.withHealth(slot.history().restarted()));
        int before = stable(step, worker) ? 0 : step.slot(index).history().failures();
        backOff(step, worker.id(), before + 1, why);
        Operations.crashed(step, index, why);
    }

    /// The predecessor, as long as it has not been told to stop.
    static Optional<Worker> rollbackCandidate(Slot slot) {
        return slot.workers().stream()
                .filter(worker -> worker.phase() == Phase.DRAINING)
                .max(Comparator.comparing(Worker::id));
    }

    private static void returnToService(TransitionStep step, Worker old) {
        step.change(old.id(), w -> w.inPhase(Phase.READY, step.now(), Worker.NEVER));
        step.change(old.id().slot(), slot -> slot.withCommand(old.command()));
        step.say("slot " + old.id() + " is back in service, pid " + old.pid());
        step.serve();
    }

    /// Gives up a worker that is alive but did not become ready.
    static void stopUnready(TransitionStep step, Worker worker, String why) {
        terminate(step, worker);
        failed(step, worker.id(), name(worker) + " " + why);
    }

    private static String name(Worker worker) {
        return "slot " + worker.id() + " (pid " + worker.pid() + ")";
    }

    /// Handles a worker that never came into service and has ended, or soon will.
    private static void failed(TransitionStep step, WorkerId id, String why) {
        if (retried(step, id, why)) {
            step.say(why + "; " + nextTry(step, id.slot()));
        }
    }

    /// Handles a start in which no program was started. What was missing may be available again at
    /// any moment.
    private static void notSpawned(TransitionStep step, WorkerId id, String why) {
        if (retried(step, id, why)) {
            long latest = step.now() + Settings.LONGEST_SPAWN_BACKOFF.toMillis();
            step.change(id.slot(), slot -> slot.withHealth(slot.history().retryingBefore(latest)));
            step.say(why + "; " + nextTry(step, id.slot()));
        }
    }

    /// Whether the slot gets another worker without the help of an operation.
    private static boolean retried(TransitionStep step, WorkerId id, String why) {
        if (step.state().stopping() || step.slot(id.slot()).goal() == Slot.Goal.LEAVE) {
            return false;
        }
        if (Operations.failed(step, id.slot(), why)) {
            return false;
        }
        backOff(step, id, step.slot(id.slot()).history().failures() + 1, why);
        return true;
    }

    static void backOff(TransitionStep step, WorkerId id, int failures, String why) {
        long salt = 31L * id.slot() + id.generation();
        long usual = Settings.backoffMillis(failures, salt);
        boolean urgent = step.state().service().workers().isEmpty();
        long pause = urgent ? Math.min(usual, Settings.LONGEST_UNSERVED_BACKOFF.toMillis()) : usual;
        long due = pause == 0 ? Worker.NEVER : step.now() + pause;
        step.change(id.slot(), slot -> slot.withHealth(slot.history().failed(failures, why, due)));
    }

    private static String nextTry(TransitionStep step, int index) {
        RestartHistory history = step.slot(index).history();
        if (!history.waiting()) {
            return "starting again";
        }
        Duration pause = Duration.ofMillis(history.retryAt() - step.now());
        return "next try in " + ExitReport.seconds(pause);
    }
}
