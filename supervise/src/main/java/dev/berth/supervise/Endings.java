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

/// The ends of workers: after the first process of one has ended, what it started has to end too
/// (what has connections, in the time that the worker had for that), and the rest of its output to
/// be read, before it counts as gone.
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

    /// @param told who was told to stop since the first process has ended
    private record Ending(LiveWorker worker, ExitStatus status, int survivors, Set<Integer> told) {}

    /// Asks the worker to end, in its own time.
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

    /// To be called when the first process of `worker` has ended.
    void ended(LiveWorker worker) {
        Optional<ExitStatus> status = status(worker);
        if (status.isEmpty()) {
            return;
        }
        equipment.loop().forget(worker.pidfd());
        // As timed work, which is done again where memory lacks for it: nobody calls here again.
        equipment.loop().after(0, () -> begin(worker, status.get()));
    }

    private void begin(LiveWorker worker, ExitStatus status) {
        findOrphans(worker);
        int survivors = equipment.trees().of(worker).size();
        Ending ending = new Ending(worker, status, survivors, new HashSet<>());
        settle(ending, patience(), FIRST_LOOK_MILLIS);
    }

    /// Tells those to stop that have no connection, once each; the others may finish theirs until
    /// the worker's time is over.
    private void tell(Ending ending) {
        Set<Integer> pids = survivors.unconnected(ending.worker());
        pids.removeAll(ending.told());
        if (!pids.isEmpty()) {
            equipment.trees().signal(ending.worker(), pids, holdings.plan().stopSignal());
            ending.told().addAll(pids);
        }
    }

    /// Whether it is on its way out and has time for it.
    private boolean stopping(LiveWorker worker) {
        return holdings.phase(worker).filter(p -> p.leaving() && p != Phase.KILLED).isPresent();
    }

    private static long patience() {
        return Loop.now() + LAST_WORDS_MILLIS;
    }

    private void findOrphans(LiveWorker worker) {
        equipment.orphans().look(this::known, live.keySet(), Optional.of(worker.id()));
    }

    /// Empty while it runs.
    private static Optional<ExitStatus> status(LiveWorker worker) {
        try {
            return Processes.reap(worker.pid());
        } catch (ErrnoException takenBySomebody) {
            return Optional.of(ExitStatus.exited(0));
        }
    }

    /// What was told to stop may take the time that the worker has for that; all else is killed,
    /// and is not waited for beyond `patience`.
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

    /// Where nobody counts connections, one that was in service is taken to have had some.
    private boolean served(LiveWorker worker) {
        boolean ready = holdings.phase(worker).filter(phase -> !phase.candidate()).isPresent();
        return holdings.dispatched()
                .map(dispatched -> dispatched.served(worker.id()))
                .orElseGet(() -> holdings.registry().served(worker.id(), ready));
    }

    /// Whether more may be known of it in a moment: the rest of its output, or why a bind failed.
    private static boolean unfinished(LiveWorker worker, boolean alone, long patience) {
        long now = Loop.now();
        return (!alone || !worker.output().ended()) && now < patience
                || worker.troubles().awaited() && now < patience + EXPLANATION_MILLIS;
    }

    /// To be called for a worker that was started and then could not be recorded: nobody sees its
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

    /// Whether it is a child that was started on purpose.
    private boolean known(int pid) {
        return pid == equipment.guard().pid()
                || live.values().stream().anyMatch(worker -> worker.pid() == pid);
    }

    /// Finds and buries orphans; once a second.
    void patrol() {
        equipment.orphans().patrol(this::known, live.keySet());
    }

    /// Ends everything at once, and waits until it is gone.
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
