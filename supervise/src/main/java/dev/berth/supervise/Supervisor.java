package dev.berth.supervise;

import dev.berth.net.SockDiag;
import dev.berth.sys.ExitStatus;
import dev.berth.sys.Pidfds;
import dev.berth.sys.Processes;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/// Runs workers: tells [Transition] what happens and does what it orders.
///
/// One thread, the one in [#run], owns everything: it polls processes, seccomp listeners and notify
/// sockets, and nothing of it blocks. [#ask] and [#status] may be called from any thread.
public final class Supervisor implements AutoCloseable {
    private static final long PATROL_MILLIS = 1_000;
    private static final long DRAIN_LOOK_MILLIS = 50;
    private static final long END_LOOK_MILLIS = 20;
    private static final long LAST_WORDS_MILLIS = 300;

    private final Plan plan;
    private final Observer observer;
    private final Loop loop = new Loop();
    private final Deque<Event> events = new ArrayDeque<>();
    private final Map<WorkerId, LiveWorker> live = new HashMap<>();
    private final Map<Long, CompletableFuture<Outcome>> waiting = new HashMap<>();
    private final AtomicLong tickets = new AtomicLong();
    private final SocketRegistry registry;
    private final Mechanism mechanism;
    private final OutputPump pump;
    private final SockDiag diag = SockDiag.open();
    private final Optional<Cgroup> cgroup;
    private final ProcessTrees trees;
    private final Guard guard;
    private final Workers workers;
    private final Adopter adopter;
    private final Finder finder;
    private final Strangers strangers;
    private final Patrol patrol;
    private final StatusReader reader;
    private State state;
    private boolean over;
    private int exitCode;

    private Supervisor(Plan plan, Observer observer, Mechanism mechanism) throws IOException {
        this.plan = plan;
        this.observer = observer;
        this.mechanism = mechanism;
        Processes.prctl(Processes.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
        registry = new SocketRegistry(mechanism);
        pump = new OutputPump(observer);
        cgroup = Cgroup.create(plan.name());
        trees = new ProcessTrees(cgroup);
        guard = Guard.start(plan.runtime(), cgroup.map(Cgroup::path));
        workers = new Workers(plan, registry, pump);
        adopter = new Adopter(plan, registry, observer);
        finder = new Finder(plan, registry, trees);
        strangers = new Strangers(registry, Processes.geteuid());
        patrol = new Patrol(registry, trees, strangers, observer, plan.backlog());
        reader = new StatusReader(plan, mechanism, registry, strangers, trees, live);
        state = State.initial(plan.settings(), plan.command(), plan.workers(), Loop.now());
    }

    /// Makes everything ready and starts no worker yet.
    ///
    /// @throws IOException the steering that the plan insists on cannot be had, or the system
    ///   refuses something that every supervisor needs
    public static Supervisor create(Plan plan, Observer observer) throws IOException {
        return new Supervisor(plan, observer, Mechanism.find(plan.steer()));
    }

    /// Runs the workers until they are asked to stop, or could not be started at all.
    ///
    /// @return the exit code: 0 stopped as asked, 1 the first start failed
    public int run() throws IOException {
        events.add(new Event.Begin());
        loop.after(PATROL_MILLIS, this::patrol);
        while (!over) {
            decide();
            if (!over) {
                loop.turn(state.nextDeadline());
                events.add(new Event.Tick());
            }
        }
        return exitCode;
    }

    /// Asks for a change. The future never fails; it is completed when the change is done or
    /// refused.
    public CompletableFuture<Outcome> ask(Request request) {
        CompletableFuture<Outcome> answer = new CompletableFuture<>();
        long ticket = tickets.incrementAndGet();
        loop.post(
                () -> {
                    waiting.put(ticket, answer);
                    events.add(new Event.Asked(ticket, request));
                });
        return answer;
    }

    /// How things stand.
    public CompletableFuture<Status> status() {
        CompletableFuture<Status> answer = new CompletableFuture<>();
        loop.post(() -> answer.complete(reader.read(state, Loop.now(), diag)));
        return answer;
    }

    private void decide() {
        Event event;
        while (!over && (event = events.poll()) != null) {
            Action.Result result = Transition.apply(state, event, Loop.now());
            state = result.state();
            for (Action action : result.actions()) {
                carryOut(action);
            }
        }
    }

    private void carryOut(Action action) {
        try {
            perform(action);
        } catch (IOException failed) {
            observer.said(failed.getMessage() + " (while doing: " + action + ")");
        }
    }

    private void perform(Action action) throws IOException {
        switch (action) {
            case Action.Spawn(WorkerId id, Command command) -> spawn(id, command);
            case Action.Check(WorkerId id) -> check(id);
            case Action.Serve serve -> registry.serve(serve);
            case Action.Refuse(boolean refused) -> registry.refuse(refused);
            case Action.Drain(WorkerId id) -> drain(id);
            case Action.Terminate(WorkerId id) -> terminate(id);
            case Action.Kill(WorkerId id) ->
                    Optional.ofNullable(live.get(id)).ifPresent(trees::kill);
            case Action.Retire(WorkerId id) -> registry.retire(id);
            case Action.Bequeath(WorkerId id) -> registry.bequeath(id);
            case Action.Reply(long ticket, Outcome outcome) -> reply(ticket, outcome);
            case Action.Say(String text) -> observer.said(text);
            case Action.Quit(int code) -> {
                over = true;
                exitCode = code;
            }
        }
    }

    private void reply(long ticket, Outcome outcome) {
        CompletableFuture<Outcome> answer = waiting.remove(ticket);
        if (answer != null) {
            answer.complete(outcome);
        }
    }

    private void spawn(WorkerId id, Command command) {
        try {
            LiveWorker worker = workers.start(id, command, state.slots().size());
            live.put(id, worker);
            guard.add(worker.pid(), worker.startTicks());
            cgroup.ifPresent(group -> group.add(id, worker.pid()));
            loop.watch(worker.pidfd(), () -> ended(worker));
            worker.notifications().ifPresent(fd -> loop.watch(fd, () -> answer(worker)));
            worker.notifySocket().ifPresent(s -> loop.watch(s.fd(), () -> announced(worker)));
            events.add(new Event.Spawned(id, worker.pid()));
            observer.said("slot " + id + " started, pid " + worker.pid());
            if (plan.adopt() == Adopt.LISTEN_FDS) {
                listening(worker);
            } else if (plan.adopt() == Adopt.BIND) {
                find(worker);
            }
        } catch (IOException failed) {
            String why = "slot " + id + " cannot be started: " + failed.getMessage();
            events.add(new Event.SpawnFailed(id, why));
        }
    }

    private Optional<Phase> phase(LiveWorker worker) {
        return state.worker(worker.id()).map(Worker::phase);
    }

    private void answer(LiveWorker worker) {
        try {
            boolean ready = phase(worker).filter(phase -> !phase.candidate()).isPresent();
            if (adopter.answer(worker, ready)) {
                listening(worker);
            }
        } catch (IOException failed) {
            worker.notifications().ifPresent(loop::forget);
            observer.said("slot " + worker.id() + ": " + failed.getMessage());
        }
    }

    private void find(LiveWorker worker) {
        if (phase(worker).filter(Phase::candidate).isEmpty()) {
            return;
        }
        try {
            if (finder.look(worker, diag)) {
                listening(worker);
            }
        } catch (IOException failed) {
            observer.said("slot " + worker.id() + ": " + failed.getMessage());
        }
        loop.after(100, () -> find(worker));
    }

    private void listening(LiveWorker worker) {
        if (!Claims.complete(plan, registry.listening(worker.id()))) {
            return;
        }
        boolean first = phase(worker).filter(phase -> phase == Phase.STARTING).isPresent();
        events.add(new Event.Listening(worker.id()));
        if (first && plan.probe().isPresent()) {
            Probe probe = plan.probe().get();
            Prober.start(
                    probe,
                    probe.forSlot(worker.id().slot(), plan),
                    worker.pidfd()::isOpen,
                    () -> loop.post(() -> events.add(new Event.Announced(worker.id()))));
        }
    }

    private void announced(LiveWorker worker) {
        if (worker.notifySocket().filter(NotifySocket::ready).isPresent()) {
            events.add(new Event.Announced(worker.id()));
        }
    }

    private void check(WorkerId id) throws IOException {
        LiveWorker worker = live.get(id);
        if (worker == null) {
            return;
        }
        patrol.dropUnheld(worker);
        boolean complete = Claims.complete(plan, registry.listening(id));
        registry.of(id).stream().filter(socket -> !socket.listening()).forEach(registry::release);
        events.add(new Event.Checked(id, complete));
    }

    private void drain(WorkerId id) throws IOException {
        LiveWorker worker = live.get(id);
        if (worker != null) {
            DrainWatch watch = new DrainWatch(worker, registry, trees, diag);
            loop.after(DRAIN_LOOK_MILLIS, () -> look(worker, watch));
        }
    }

    private void look(LiveWorker worker, DrainWatch watch) {
        Optional<Worker> known = state.worker(worker.id());
        boolean held =
                state.slot(worker.id().slot())
                        .filter(slot -> slot.goal() == Slot.Goal.HELD)
                        .isPresent();
        boolean watched =
                known.filter(w -> w.phase() == Phase.DRAINING || w.phase() == Phase.READY && held)
                        .isPresent();
        if (!watched) {
            return;
        }
        try {
            if (watch.quiet(Loop.now())) {
                events.add(new Event.Drained(worker.id()));
                return;
            }
        } catch (IOException unreadable) {
            observer.said("slot " + worker.id() + " drains unseen: " + unreadable.getMessage());
            return;
        }
        loop.after(DRAIN_LOOK_MILLIS, () -> look(worker, watch));
    }

    private void terminate(WorkerId id) {
        LiveWorker worker = live.get(id);
        if (worker != null && worker.pidfd().isOpen()) {
            Pidfds.pidfdSendSignal(worker.pidfd().number(), plan.stopSignal().number());
        }
    }

    /// The first process of a worker has ended.
    private void ended(LiveWorker worker) {
        loop.forget(worker.pidfd());
        try {
            Optional<ExitStatus> status = Processes.reap(worker.pid());
            trees.adopt(worker, this::known);
            boolean asked = phase(worker).filter(Phase::leaving).isPresent();
            int survivors = trees.of(worker).size();
            if (asked) {
                trees.signal(worker, plan.stopSignal());
            } else {
                trees.kill(worker);
            }
            ExitStatus how = status.orElseGet(() -> ExitStatus.exited(0));
            long patience = Loop.now() + LAST_WORDS_MILLIS;
            settle(worker, how, survivors, patience, asked);
        } catch (IOException failed) {
            observer.said("slot " + worker.id() + ": " + failed.getMessage());
        }
    }

    /// Waits for what it started to end too, and for the rest of its output.
    private void settle(
            LiveWorker worker, ExitStatus status, int survivors, long patience, boolean asked) {
        boolean patient = Loop.now() < patience;
        boolean alone = trees.of(worker).isEmpty();
        if (!alone && (asked || patient) || alone && patient && !worker.output().ended()) {
            loop.after(END_LOOK_MILLIS, () -> settle(worker, status, survivors, patience, asked));
            return;
        }
        bury(worker);
        String words = worker.output().lastWords();
        String why = worker.troubles().isEmpty() ? "" : worker.troubles().getLast() + "\n";
        events.add(new Event.Exited(worker.id(), status, survivors, why + words));
    }

    private void bury(LiveWorker worker) {
        live.remove(worker.id());
        guard.remove(worker.pid());
        worker.notifications().ifPresent(loop::forget);
        worker.notifySocket().map(NotifySocket::fd).ifPresent(loop::forget);
        worker.close();
        cgroup.ifPresent(group -> group.remove(worker.id()));
    }

    private boolean known(int pid) {
        return pid == guard.pid() || live.values().stream().anyMatch(w -> w.pid() == pid);
    }

    private void patrol() {
        loop.after(PATROL_MILLIS, this::patrol);
        try {
            trees.reap(this::known);
            if (Processes.reap(guard.pid()).isPresent()) {
                guard.restart();
            }
            patrol.strangers(diag);
            for (LiveWorker worker : live.values()) {
                if (phase(worker).filter(phase -> phase == Phase.READY).isPresent()) {
                    patrol.sockets(worker, why -> events.add(new Event.Lost(worker.id(), why)));
                }
            }
        } catch (IOException failed) {
            observer.said("patrol: " + failed.getMessage());
        }
    }

    @Override
    public void close() {
        live.values().forEach(trees::kill);
        trees.killAll(pid -> pid == guard.pid());
        live.values().forEach(LiveWorker::close);
        registry.close();
        guard.close();
        pump.close();
        cgroup.ifPresent(Cgroup::close);
        diag.close();
        loop.close();
        waiting.values().forEach(answer -> answer.complete(Outcome.failed("the supervisor ended")));
    }

    /// The mechanism that was found, for people.
    public String steering() {
        return mechanism.text();
    }
}
