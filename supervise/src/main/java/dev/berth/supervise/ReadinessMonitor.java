package dev.berth.supervise;

import dev.berth.supervise.adoption.BindInterceptor;
import dev.berth.supervise.adoption.SelfBoundSocketFinder;
import dev.berth.supervise.contract.Probe;
import dev.berth.supervise.contract.SocketSource;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.lifecycle.Event;
import dev.berth.supervise.lifecycle.Phase;
import dev.berth.supervise.process.BackgroundExecutor;
import dev.berth.supervise.process.EventLoop;
import dev.berth.supervise.process.WorkerProcess;
import dev.berth.supervise.steering.GroupKey;
import dev.berth.supervise.watch.Prober;

import java.io.IOException;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/// Follows a worker until it is ready: answers its bind(2) and listen(2) calls, looks for its
/// sockets, reads its notify socket, probes it, and receives what it says to a dispatcher.
final class ReadinessMonitor implements BindInterceptor.Callbacks {
    /// Longer than the time between two periodic checks.
    private static final long RECHECK_MILLIS = 1_500;

    private static final long FIND_MILLIS = 100;
    private static final long ENDING_MILLIS = 200;
    private static final int MOST_REPORTED_SINGLY = 4;
    private static final long REPORT_MILLIS = 1_000;

    private final SupervisorContext context;
    private final ListenCheck listenCheck;
    private final BindInterceptor interceptor;
    private final SelfBoundSocketFinder finder;
    private final Set<Integer> reported = new HashSet<>();
    private final SortedSet<Integer> unreported = new TreeSet<>();

    ReadinessMonitor(SupervisorContext context, ListenCheck listenCheck) throws IOException {
        this.context = context;
        this.listenCheck = listenCheck;
        interceptor =
                new BindInterceptor(
                        context.spec(),
                        context.registry(),
                        context.resources(),
                        context.sink(),
                        this);
        finder = new SelfBoundSocketFinder(context.spec(), context.registry(), context.resources());
    }

    /// Call this before the worker is known to have been started.
    void watch(WorkerProcess worker) {
        EventLoop loop = context.loop();
        interceptor.watch(worker);
        worker.notifySocket().ifPresent(s -> loop.watch(s.fd(), () -> announced(worker)));
    }

    /// Call this after the worker has started: it may listen already, or start to listen without a
    /// call that is answered here.
    void started(WorkerProcess worker) {
        switch (context.spec().sockets()) {
            case SocketSource.Activate _ -> listenerStarted(worker);
            case SocketSource.SelfBind _ -> findSelfBound(worker);
            case SocketSource.Intercept _, SocketSource.Dispatch _ -> {}
        }
    }

    @Override
    public Collection<WorkerProcess> live() {
        return context.live().values();
    }

    @Override
    public boolean ready(WorkerProcess worker) {
        return context.phase(worker).filter(phase -> !phase.candidate()).isPresent();
    }

    private void findSelfBound(WorkerProcess worker) {
        if (context.phase(worker).filter(Phase::candidate).isEmpty()) {
            return;
        }
        context.resources()
                .checkExecutor()
                .submit(finder.search(worker), answer -> foundSelfBound(worker, answer));
    }

    private void foundSelfBound(
            WorkerProcess worker,
            BackgroundExecutor.TaskResult<List<SelfBoundSocketFinder.SelfBound>> answer) {
        if (context.phase(worker).filter(Phase::candidate).isEmpty()) {
            return;
        }
        try {
            switch (answer) {
                case BackgroundExecutor.Done<List<SelfBoundSocketFinder.SelfBound>>(
                                var sockets) -> {
                    if (finder.take(worker, sockets)) {
                        listenerStarted(worker);
                    }
                }
                case BackgroundExecutor.Failed<List<SelfBoundSocketFinder.SelfBound>>(var why) ->
                        context.say(worker, ": " + why.getMessage());
                case BackgroundExecutor.TimedOut<List<SelfBoundSocketFinder.SelfBound>> _ ->
                        context.say(worker, ": its sockets could not be looked up in time");
            }
        } catch (IOException failed) {
            context.say(worker, ": " + failed.getMessage());
        }
        context.loop().after(FIND_MILLIS, () -> findSelfBound(worker));
    }

    @Override
    public void listenerStarted(WorkerProcess worker) {
        reportSharedPorts(worker.id());
        if (!listenCheck.complete(worker.id())) {
            listenCheck.incomplete(worker.id()).ifPresent(context.machine()::post);
            return;
        }
        boolean first = context.phase(worker).filter(p -> p == Phase.STARTING).isPresent();
        context.machine().post(new Event.Listening(worker.id()));
        if (first) {
            // As timed work, which is retried if no thread could be started.
            context.spec()
                    .probe()
                    .ifPresent(probe -> context.loop().after(0, () -> probe(worker, probe)));
        }
    }

    @Override
    public Optional<String> rejection(WorkerProcess worker, GroupKey key) {
        Optional<String> why = listenCheck.rejection(worker.id(), key);
        why.ifPresent(
                text -> context.machine().post(new Event.Incomplete(worker.id(), text, true)));
        return why;
    }

    /// Reports each port that is shared although the user did not name it, once; many ports are
    /// reported in one sentence.
    private void reportSharedPorts(WorkerId id) {
        if (context.spec().named()) {
            return;
        }
        for (GroupKey key : context.registry().listening(id)) {
            int port = key.address().port();
            if (key.own() || !reported.add(port)) {
                continue;
            }
            if (reported.size() <= MOST_REPORTED_SINGLY) {
                context.sink().onEvent(shared(port, reported.size() == 1));
            } else if (unreported.add(port) && unreported.size() == 1) {
                context.loop().after(REPORT_MILLIS, this::reportOtherPorts);
            }
        }
    }

    private static String shared(int port, boolean first) {
        return first
                ? "port " + port + " is shared"
                : "port %1$d is shared too; --private %1$d gives each slot its own".formatted(port);
    }

    private void reportOtherPorts() {
        context.sink()
                .onEvent(
                        ("%s more ports are shared too, %s to %s; -p PORT shares only those that"
                                        + " you name, --private PORT gives each slot its own")
                                .formatted(
                                        unreported.size(), unreported.first(), unreported.last()));
        unreported.clear();
    }

    private void probe(WorkerProcess worker, Probe probe) {
        Event answered = new Event.Announced(worker.id());
        Prober.start(
                probe,
                probe.forSlot(worker.id().slot(), context.spec()),
                worker.pidfd()::isOpen,
                () -> context.loop().post(() -> context.machine().post(answered)));
    }

    private void announced(WorkerProcess worker) {
        worker.notifySocket().ifPresent(socket -> socket.read(pid -> announced(worker, pid)));
    }

    /// Any process with the worker's uid can reach its notify socket, including other services. An
    /// orphaned process of the worker is recognised after the next periodic check.
    private void announced(WorkerProcess worker, int pid) {
        if (!isFromWorker(worker, pid)) {
            context.loop().after(RECHECK_MILLIS, () -> announcedBefore(worker, pid));
        }
    }

    private boolean isFromWorker(WorkerProcess worker, int pid) {
        boolean own = context.resources().trees().owns(worker, pid);
        if (own) {
            context.machine().post(new Event.Announced(worker.id()));
        }
        return own;
    }

    private void announcedBefore(WorkerProcess worker, int pid) {
        if (worker.ended() || isFromWorker(worker, pid)) {
            return;
        }
        String why =
                "READY=1 from pid %d was ignored: the process has ended since, or is not part of this worker; send it from the server itself, or with systemd-notify(1), which waits"
                        .formatted(pid);
        if (worker.socketErrors().add("READY=1", why, context.loop().now())) {
            context.say(worker, ": " + why);
        }
    }

    /// The worker takes connections from the dispatcher.
    void readyAtDispatcher(WorkerId id) {
        context.worker(id).ifPresent(this::listenerStarted);
    }

    /// The worker and the dispatcher no longer talk to each other. Usually the worker is exiting,
    /// which is then seen a moment later.
    void dispatcherConnectionLost(WorkerId id, String why) {
        context.loop().after(ENDING_MILLIS, () -> dispatcherConnectionLostNow(id, why));
    }

    private void dispatcherConnectionLostNow(WorkerId id, String why) {
        Optional<WorkerProcess> alive = context.worker(id).filter(worker -> !worker.ended());
        if (alive.isPresent()) {
            WorkerProcess worker = alive.get();
            worker.socketErrors().add(why, why, context.loop().now());
            context.machine().post(new Event.ListenerLost(id, why));
        }
    }
}
