package dev.berth.supervise;

import dev.berth.net.ProcessEntry;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.lifecycle.Event;
import dev.berth.supervise.lifecycle.Phase;
import dev.berth.supervise.process.KernelTables;
import dev.berth.supervise.process.NotifySocket;
import dev.berth.supervise.process.SupervisorResources;
import dev.berth.supervise.process.WorkerProcess;
import dev.berth.supervise.watch.LeftoverProcesses;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.ExitStatus;
import dev.berth.sys.Fd;
import dev.berth.sys.Pidfds;
import dev.berth.sys.Processes;
import dev.berth.sys.Signal;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/// Handles the end of workers. A worker counts as gone only when three things have happened: its
/// first process has ended, the processes that it started have ended too (those with open
/// connections get the time that the worker has for stopping), and the rest of its output has been
/// read.
final class WorkerReaper {
    private static final long FIRST_CHECK_MILLIS = 20;
    private static final long LONGEST_CHECK_MILLIS = 320;
    private static final long LAST_WORDS_MILLIS = 300;
    private static final long EXPLANATION_MILLIS = 2_000;
    private static final int CLOSE_TRIES = 300;
    private static final int CLOSE_PAUSE_MILLIS = 10;

    private final SupervisorContext context;
    private final SupervisorResources resources;
    private final Map<WorkerId, WorkerProcess> live;
    private final LeftoverProcesses leftovers;

    WorkerReaper(SupervisorContext context) {
        this.context = context;
        resources = context.resources();
        live = context.live();
        leftovers = new LeftoverProcesses(context.source(), resources);
    }

    /// The end of one worker while it is being handled.
    ///
    /// @param signalled the processes that got the stop signal since the first process ended
    private record PendingExit(
            WorkerProcess worker, ExitStatus status, int leftovers, Set<Integer> signalled) {}

    /// Sends the worker the stop signal.
    void terminate(WorkerId id) {
        context.dispatcherTarget()
                .ifPresent(dispatcherTarget -> dispatcherTarget.announceNoMore(id));
        context.worker(id)
                .map(WorkerProcess::pidfd)
                .filter(Fd::isOpen)
                .ifPresent(
                        fd ->
                                Pidfds.pidfdSendSignal(
                                        fd.number(),
                                        context.spec().process().stopSignal().number()));
    }

    void kill(WorkerId id) {
        Optional<WorkerProcess> worker = context.worker(id);
        if (worker.isPresent()) {
            resources.trees().killKnown(worker.get());
            readProcesses(
                    KernelTables::processes, all -> resources.trees().kill(worker.get(), all));
        }
    }

    /// Call this when the first process of `worker` has ended.
    void ended(WorkerProcess worker) {
        Optional<ExitStatus> status = status(worker);
        if (status.isEmpty()) {
            return;
        }
        resources.loop().forget(worker.pidfd());
        // As timed work, which is retried when memory runs out: no second event will report this
        // end.
        resources.loop().after(0, () -> begin(worker, status.get()));
    }

    private void begin(WorkerProcess worker, ExitStatus status) {
        findOrphans(worker);
        readProcesses(KernelTables::processes, all -> begin(worker, status, all));
    }

    private void begin(WorkerProcess worker, ExitStatus status, List<ProcessEntry> all) {
        findOrphans(worker);
        context.dispatcherTarget().ifPresent(target -> target.recount(worker.id()));
        int survivors = resources.trees().tree(worker).pids(all).size();
        PendingExit pending = new PendingExit(worker, status, survivors, new HashSet<>());
        settle(pending, patience(), FIRST_CHECK_MILLIS);
    }

    /// Has another thread read all of /proc, which takes long on a large machine; until that has
    /// worked, it is tried again.
    private <T> void readProcesses(Function<KernelTables, T> read, Consumer<T> then) {
        KernelTables tables = resources.env().tables();
        Runnable again = () -> readProcesses(read, then);
        resources
                .checkExecutor()
                .attempt(
                        () -> read.apply(tables),
                        found ->
                                found.ifPresentOrElse(
                                        then,
                                        () -> resources.loop().after(LONGEST_CHECK_MILLIS, again)));
    }

    /// What /proc shows of a worker whose first process has ended.
    ///
    /// @param unconnected the processes without a connection, if the worker is stopping
    private record Sighting(List<ProcessEntry> all, Set<Integer> unconnected) {}

    /// Sends the stop signal, once each, to the processes that have no connection. The others may
    /// finish theirs until the worker's time is over.
    private void signalUnconnected(PendingExit pending, Sighting seen) {
        Set<Integer> pids = new HashSet<>(seen.unconnected());
        pids.removeAll(pending.signalled());
        if (!pids.isEmpty()) {
            Signal stop = context.spec().process().stopSignal();
            resources.trees().signal(pending.worker(), pids, stop, seen.all());
            pending.signalled().addAll(pids);
        }
    }

    /// Whether the worker is stopping and still has time for it.
    private boolean stopping(WorkerProcess worker) {
        return context.phase(worker).filter(p -> p.leaving() && p != Phase.KILLED).isPresent();
    }

    private long patience() {
        return resources.loop().now() + LAST_WORDS_MILLIS;
    }

    private void findOrphans(WorkerProcess worker) {
        resources.reparented().scan(this::guard, live.keySet(), Optional.of(worker.id()));
    }

    /// Empty while the process runs.
    private static Optional<ExitStatus> status(WorkerProcess worker) {
        try {
            return Processes.reap(worker.pid());
        } catch (ErrnoException takenBySomebody) {
            return Optional.of(ExitStatus.exited(0));
        }
    }

    private void settle(PendingExit pending, long patience, long pauseMillis) {
        WorkerProcess worker = pending.worker();
        findOrphans(worker);
        Optional<LeftoverProcesses.Scan> scan =
                stopping(worker) ? Optional.of(leftovers.scan(worker)) : Optional.empty();
        readProcesses(
                tables -> {
                    List<ProcessEntry> all = tables.processes();
                    return new Sighting(
                            all, scan.map(each -> each.unconnected(all)).orElse(Set.of()));
                },
                seen -> settle(pending, patience, pauseMillis, seen));
    }

    /// Processes that were told to stop get the time that the worker has for stopping. All others
    /// are killed, and waiting for them ends at `patience`.
    private void settle(PendingExit pending, long patience, long pauseMillis, Sighting seen) {
        WorkerProcess worker = pending.worker();
        findOrphans(worker);
        boolean alone = resources.trees().tree(worker).pids(seen.all()).isEmpty();
        boolean gentle = !alone && stopping(worker);
        if (gentle) {
            signalUnconnected(pending, seen);
        } else if (!alone) {
            resources.trees().killKnown(worker);
            resources.trees().kill(worker, seen.all());
        }
        if (gentle || unfinished(worker, alone, patience)) {
            long until = gentle ? patience() : patience;
            long next = Math.min(2 * pauseMillis, LONGEST_CHECK_MILLIS);
            resources.loop().after(pauseMillis, () -> settle(pending, until, next));
            return;
        }
        remove(worker);
        String words = worker.output().lastOutput();
        String why = worker.socketErrors().last().map(text -> text + "\n").orElse("");
        context.machine()
                .post(
                        new Event.Exited(
                                worker.id(),
                                pending.status(),
                                pending.leftovers(),
                                why + words,
                                served(worker)));
    }

    /// Where connections are not counted, a worker that was in service is assumed to have had some.
    private boolean served(WorkerProcess worker) {
        boolean ready = context.phase(worker).filter(phase -> !phase.candidate()).isPresent();
        return context.dispatcherTarget()
                .map(dispatcherTarget -> dispatcherTarget.served(worker.id()))
                .orElseGet(() -> context.registry().served(worker.id(), ready));
    }

    /// Whether more may soon be known about the worker: the rest of its output, or why a bind
    /// failed.
    private boolean unfinished(WorkerProcess worker, boolean alone, long patience) {
        long now = resources.loop().now();
        return (!alone || !worker.output().ended()) && now < patience
                || worker.socketErrors().explanationExpected()
                        && now < patience + EXPLANATION_MILLIS;
    }

    /// Call this for a worker that was started but could not be recorded: nothing would notice its
    /// end.
    void killUnrecorded(WorkerProcess worker) {
        Pidfds.pidfdSendSignal(worker.pidfd().number(), Signal.KILL.number());
        resources.loop().forget(worker.pidfd());
        remove(worker);
    }

    private void remove(WorkerProcess worker) {
        live.remove(worker.id());
        resources.reparented().ended(worker.pid());
        resources.guard().remove(worker.pid());
        worker.notifications().ifPresent(resources.loop()::forget);
        worker.notifySocket().map(NotifySocket::fd).ifPresent(resources.loop()::forget);
        worker.close();
        resources.cgroup().ifPresent(group -> group.remove(worker.id()));
    }

    private boolean guard(int pid) {
        return pid == resources.guard().pid();
    }

    /// Finds orphaned processes and reaps those that have ended; runs once a second.
    void reapOrphans() {
        resources.reparented().scanAndReap(this::guard, live.keySet());
    }

    /// Kills everything at once and waits until it is gone.
    void endAll() {
        try {
            for (int i = 0; i < CLOSE_TRIES && !done(); i++) {
                Thread.sleep(CLOSE_PAUSE_MILLIS);
            }
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        }
        for (WorkerProcess worker : live.values()) {
            resources.reparented().ended(worker.pid());
            worker.close();
        }
        live.clear();
    }

    private boolean done() {
        boolean over = true;
        for (WorkerProcess worker : live.values()) {
            resources.trees().kill(worker);
            over &= status(worker).isPresent() && resources.trees().of(worker).isEmpty();
        }
        resources.reparented().scanAndReap(this::guard, live.keySet());
        resources.reparented().kill();
        return over && resources.reparented().none();
    }
}
