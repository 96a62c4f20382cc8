package dev.berth.supervise;

import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.lifecycle.Event;
import dev.berth.supervise.lifecycle.Phase;
import dev.berth.supervise.process.Equipment;
import dev.berth.supervise.process.LiveWorker;
import dev.berth.supervise.process.Loop;
import dev.berth.supervise.process.NotifySocket;
import dev.berth.supervise.watch.Survivors;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.ExitStatus;
import dev.berth.sys.Fd;
import dev.berth.sys.Pidfds;
import dev.berth.sys.Processes;
import dev.berth.sys.Signal;

import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Handles the end of workers. A worker counts as gone only when three things have happened: its
/// first process has ended, the processes that it started have ended too (those with open
/// connections get the time that the worker has for stopping), and the rest of its output has been
/// read.
final class Endings {
    private static final long FIRST_LOOK_MILLIS = 20;
    private static final long SLOWEST_LOOK_MILLIS = 320;
    private static final long LAST_WORDS_MILLIS = 300;
    private static final long EXPLANATION_MILLIS = 2_000;
    private static final int CLOSE_TRIES = 300;
    private static final int CLOSE_PAUSE_MILLIS = 10;

    private final Holdings holdings;
    private final Equipment equipment;
    private final Map<WorkerId, LiveWorker> live;
    private final Survivors survivors;

    Endings(Holdings holdings) {
        this.holdings = holdings;
        equipment = holdings.equipment();
        live = holdings.live();
        survivors =
                new Survivors(
                        holdings.registry(),
                        holdings.dispatched(),
                        equipment.trees(),
                        equipment.diag());
    }

    /// The end of one worker while it is being handled.
    ///
    /// @param told the processes that got the stop signal since the first process ended
    private record Ending(LiveWorker worker, ExitStatus status, int survivors, Set<Integer> told) {}

    /// Sends the worker the stop signal.
    void terminate(WorkerId id) {
        holdings.dispatched().ifPresent(dispatched -> dispatched.last(id));
        holdings.worker(id)
                .map(LiveWorker::pidfd)
                .filter(Fd::isOpen)
                .ifPresent(
                        fd ->
                                Pidfds.pidfdSendSignal(
                                        fd.number(), holdings.plan().stopSignal().number()));
    }

    void kill(WorkerId id) {
        holdings.worker(id).ifPresent(equipment.trees()::kill);
    }

    /// Call this when the first process of `worker` has ended.
    void ended(LiveWorker worker) {
        Optional<ExitStatus> status = status(worker);
        if (status.isEmpty()) {
            return;
        }
        equipment.loop().forget(worker.pidfd());
        // As timed work, which is retried when memory runs out: no second event will report this
        // end.
        equipment.loop().after(0, () -> begin(worker, status.get()));
    }

    private void begin(LiveWorker worker, ExitStatus status) {
        findOrphans(worker);
        int survivors = equipment.trees().of(worker).size();
        Ending ending = new Ending(worker, status, survivors, new HashSet<>());
        settle(ending, patience(), FIRST_LOOK_MILLIS);
    }

    /// Sends the stop signal, once each, to the processes that have no connection. The others may
    /// finish theirs until the worker's time is over.
    private void tell(Ending ending) {
        Set<Integer> pids = survivors.unconnected(ending.worker());
        pids.removeAll(ending.told());
        if (!pids.isEmpty()) {
            equipment.trees().signal(ending.worker(), pids, holdings.plan().stopSignal());
            ending.told().addAll(pids);
        }
    }

    /// Whether the worker is stopping and still has time for it.
    private boolean stopping(LiveWorker worker) {
        return holdings.phase(worker).filter(p -> p.leaving() && p != Phase.KILLED).isPresent();
    }

    private static long patience() {
        return Loop.now() + LAST_WORDS_MILLIS;
    }

    private void findOrphans(LiveWorker worker) {
        equipment.orphans().look(this::known, live.keySet(), Optional.of(worker.id()));
    }

    /// Empty while the process runs.
    private static Optional<ExitStatus> status(LiveWorker worker) {
        try {
            return Processes.reap(worker.pid());
        } catch (ErrnoException takenBySomebody) {
            return Optional.of(ExitStatus.exited(0));
        }
    }

    /// Processes that were told to stop get the time that the worker has for stopping. All others
    /// are killed, and waiting for them ends at `patience`.
    private void settle(Ending ending, long patience, long pauseMillis) {
        LiveWorker worker = ending.worker();
        findOrphans(worker);
        boolean alone = equipment.trees().of(worker).isEmpty();
        boolean gentle = !alone && stopping(worker);
        if (gentle) {
            tell(ending);
        } else if (!alone) {
            equipment.trees().kill(worker);
        }
        if (gentle || unfinished(worker, alone, patience)) {
            long until = gentle ? patience() : patience;
            long next = Math.min(2 * pauseMillis, SLOWEST_LOOK_MILLIS);
            equipment.loop().after(pauseMillis, () -> settle(ending, until, next));
            return;
        }
        bury(worker);
        String words = worker.output().lastWords();
        String why = worker.troubles().last().map(text -> text + "\n").orElse("");
        holdings.machine()
                .tell(
                        new Event.Exited(
                                worker.id(),
                                ending.status(),
                                ending.survivors(),
                                why + words,
                                served(worker)));
    }

    /// Where connections are not counted, a worker that was in service is assumed to have had some.
    private boolean served(LiveWorker worker) {
        boolean ready = holdings.phase(worker).filter(phase -> !phase.candidate()).isPresent();
        return holdings.dispatched()
                .map(dispatched -> dispatched.served(worker.id()))
                .orElseGet(() -> holdings.registry().served(worker.id(), ready));
    }

    /// Whether more may soon be known about the worker: the rest of its output, or why a bind
    /// failed.
    private static boolean unfinished(LiveWorker worker, boolean alone, long patience) {
        long now = Loop.now();
        return (!alone || !worker.output().ended()) && now < patience
                || worker.troubles().awaited() && now < patience + EXPLANATION_MILLIS;
    }

    /// Call this for a worker that was started but could not be recorded: nothing would notice its
    /// end.
    void abandon(LiveWorker worker) {
        Pidfds.pidfdSendSignal(worker.pidfd().number(), Signal.KILL.number());
        equipment.loop().forget(worker.pidfd());
        bury(worker);
    }

    private void bury(LiveWorker worker) {
        live.remove(worker.id());
        equipment.guard().remove(worker.pid());
        worker.notifications().ifPresent(equipment.loop()::forget);
        worker.notifySocket().map(NotifySocket::fd).ifPresent(equipment.loop()::forget);
        worker.close();
        equipment.cgroup().ifPresent(group -> group.remove(worker.id()));
    }

    /// Whether `pid` is a child that was started on purpose.
    private boolean known(int pid) {
        return pid == equipment.guard().pid()
                || live.values().stream().anyMatch(worker -> worker.pid() == pid);
    }

    /// Finds orphaned processes and reaps those that have ended; runs once a second.
    void patrol() {
        equipment.orphans().patrol(this::known, live.keySet());
    }

    /// Kills everything at once and waits until it is gone.
    void now() {
        try {
            for (int i = 0; i < CLOSE_TRIES && !over(); i++) {
                Thread.sleep(CLOSE_PAUSE_MILLIS);
            }
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        }
        live.values().forEach(LiveWorker::close);
        live.clear();
    }

    private boolean over() {
        boolean over = true;
        for (LiveWorker worker : live.values()) {
            equipment.trees().kill(worker);
            over &= status(worker).isPresent() && equipment.trees().of(worker).isEmpty();
        }
        equipment.orphans().patrol(this::known, live.keySet());
        equipment.orphans().kill();
        return over && equipment.orphans().none();
    }
}
