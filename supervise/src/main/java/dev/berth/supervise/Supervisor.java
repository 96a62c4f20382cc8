package dev.berth.supervise;

import dev.berth.dispatch.Dispatcher;
import dev.berth.supervise.adoption.Adopter;
import dev.berth.supervise.adoption.Claims;
import dev.berth.supervise.adoption.Finder;
import dev.berth.supervise.contract.Adopt;
import dev.berth.supervise.contract.Command;
import dev.berth.supervise.contract.Observer;
import dev.berth.supervise.contract.Outcome;
import dev.berth.supervise.contract.Plan;
import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.Probe;
import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.Status;
import dev.berth.supervise.contract.Steer;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.lifecycle.Action;
import dev.berth.supervise.lifecycle.Event;
import dev.berth.supervise.lifecycle.Operation;
import dev.berth.supervise.lifecycle.Phase;
import dev.berth.supervise.lifecycle.Slot;
import dev.berth.supervise.lifecycle.State;
import dev.berth.supervise.lifecycle.Transition;
import dev.berth.supervise.lifecycle.Worker;
import dev.berth.supervise.process.Cgroup;
import dev.berth.supervise.process.Equipment;
import dev.berth.supervise.process.LiveWorker;
import dev.berth.supervise.process.Loop;
import dev.berth.supervise.process.NotifySocket;
import dev.berth.supervise.process.Prober;
import dev.berth.supervise.steering.Dispatched;
import dev.berth.supervise.steering.Distribution;
import dev.berth.supervise.steering.GroupKey;
import dev.berth.supervise.steering.HeldSocket;
import dev.berth.supervise.steering.Mechanism;
import dev.berth.supervise.steering.Pinning;
import dev.berth.supervise.steering.SocketRegistry;
import dev.berth.supervise.steering.Unheld;
import dev.berth.supervise.watch.Drains;
import dev.berth.supervise.watch.LoadWatch;
import dev.berth.supervise.watch.Patrol;
import dev.berth.supervise.watch.StatusReader;
import dev.berth.supervise.watch.Strangers;
import dev.berth.sys.Fd;
import dev.berth.sys.Pidfds;
import dev.berth.sys.Processes;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/// Runs workers: tells [Transition] what happens and does what it orders.
///
/// One thread, the one in [#run], owns everything: it polls processes, seccomp listeners and notify
/// sockets, and nothing of it blocks. [#ask] and [#status] may be called from any thread.
public final class Supervisor implements AutoCloseable {
    private static final long PATROL_MILLIS = 1_000;
    private static final long FIND_MILLIS = 100;
    private static final long ENDING_MILLIS = 200;

    private final Plan plan;
    private final Observer observer;
    private final Equipment equipment;
    private final Loop loop;
    private final Deque<Event> events = new ArrayDeque<>();
    private final Map<WorkerId, LiveWorker> live = new HashMap<>();
    private final Map<Long, CompletableFuture<Outcome>> waiting = new HashMap<>();
    private final AtomicLong tickets = new AtomicLong();
    private final SocketRegistry registry;
    private final Optional<Dispatched> dispatched;
    private final Distribution distribution;
    private final Mechanism mechanism;
    private final Endings endings;
    private final Drains drains;
    private final Workers workers;
    private final Adopter adopter;
    private final Finder finder;
    private final Unheld unheld;
    private final Patrol patrol;
    private final Pinning pinning;
    private final LoadWatch load;
    private final StatusReader reader;
    private State state;
    private boolean over;
    private boolean closed;
    private int exitCode;

    private Supervisor(
            Plan plan,
            Observer observer,
            Mechanism mechanism,
            Equipment equipment,
            Optional<Dispatched> dispatched)
            throws IOException {
        this.plan = plan;
        this.observer = observer;
        this.mechanism = mechanism;
        this.equipment = equipment;
        loop = equipment.loop();
        pinning = Pinning.here();
        registry = new SocketRegistry(mechanism, plan.policy(), pinning);
        this.dispatched = dispatched;
        dispatched.ifPresent(passing -> passing.steer(plan.policy()));
        distribution = dispatched.isPresent() ? dispatched.get() : registry;
        endings = new Endings(plan, equipment, live, this::stopping, events::add);
        drains = new Drains(equipment, registry, observer, dispatched, this::draining, events::add);
        workers = new Workers(plan, registry, equipment.pump());
        finder = new Finder(plan, registry, equipment.trees());
        unheld = new Unheld(registry);
        Strangers strangers = new Strangers(registry, Processes.geteuid());
        patrol = new Patrol(registry, equipment.trees(), strangers, observer, plan.backlog());
        adopter = new Adopter(plan, registry, equipment.trees(), observer, loop);
        load = new LoadWatch(registry, equipment, live, observer, plan.maxConnections());
        reader =
                new StatusReader(
                        plan, mechanism, registry, dispatched, strangers, equipment.trees(), live);
        long now = Loop.now();
        state = State.initial(plan.settings(), plan.command(), plan.workers(), plan.policy(), now);
    }

    /// Makes everything ready and starts no worker yet.
    ///
    /// @throws IOException the steering that the plan insists on cannot be had, or the system
    ///   refuses something that every supervisor needs
    public static Supervisor create(Plan plan, Observer observer) throws IOException {
        return create(plan, observer, true);
    }

    /// Makes everything ready for workers that a dispatcher passes connections to, and starts none
    /// yet.
    ///
    /// @param plan whose `adopt` and `steer` are `DISPATCH`, and ready `TAKING`
    /// @param dispatcher stays the caller's, and is closed after this supervisor
    /// @param service of the dispatcher that the workers make up
    public static Supervisor create(
            Plan plan, Observer observer, Dispatcher dispatcher, String service)
            throws IOException {
        return create(plan, observer, true, Optional.of(new Dispatched(dispatcher, service)));
    }

    /// @param cgroups whether a cgroup is used where the system allows it
    static Supervisor create(Plan plan, Observer observer, boolean cgroups) throws IOException {
        return create(plan, observer, cgroups, Optional.empty());
    }

    private static Supervisor create(
            Plan plan, Observer observer, boolean cgroups, Optional<Dispatched> dispatched)
            throws IOException {
        Mechanism mechanism = Mechanism.find(plan.steer());
        Optional<String> refused = mechanism.refusal(plan);
        if (refused.isPresent()) {
            throw new IOException(refused.get());
        }
        Equipment equipment = new Equipment(plan, observer, cgroups);
        try {
            return new Supervisor(plan, observer, mechanism, equipment, dispatched);
        } catch (IOException | RuntimeException failed) {
            equipment.close();
            throw failed;
        }
    }

    /// The policies that this user cannot have here, by their first word.
    public static List<String> refusedPolicies() throws IOException {
        Mechanism mechanism = Mechanism.find(Steer.AUTO);
        return Policy.examples().stream()
                .filter(policy -> mechanism.refusal(policy).isPresent())
                .map(policy -> policy.word().replaceAll(":.*", ""))
                .toList();
    }

    /// Whether each worker would get a cgroup of its own here.
    public static boolean grantsCgroups() {
        return Cgroup.available();
    }

    /// Runs the workers until they are asked to stop, or could not be started at all.
    ///
    /// @return the exit code: 0 stopped as asked, 1 the first start failed
    public int run() throws IOException {
        events.add(new Event.Begin());
        loop.after(PATROL_MILLIS, this::patrol);
        load.begin();
        while (!over) {
            decide();
            if (!over) {
                load.follow();
                loop.turn(state.nextDeadline());
                if (state.nextDeadline() <= Loop.now()) {
                    events.add(new Event.Tick());
                }
            }
        }
        return exitCode;
    }

    /// Asks for a change. The future never fails; it is completed when the change is done or
    /// refused.
    public CompletableFuture<Outcome> ask(Request request) {
        CompletableFuture<Outcome> answer = new CompletableFuture<>();
        Optional<String> refused = mechanism.refusal(request, plan);
        if (refused.isPresent()) {
            answer.complete(Outcome.failed(refused.get()));
            return answer;
        }
        long ticket = tickets.incrementAndGet();
        boolean posted =
                loop.post(
                        () -> {
                            waiting.put(ticket, answer);
                            events.add(new Event.Asked(ticket, request));
                        });
        if (!posted) {
            answer.complete(Outcome.failed(ending()));
        }
        return answer;
    }

    /// How things stand; fails with an IOException, whose message is for people, once the
    /// supervisor is ending.
    public CompletableFuture<Status> status() {
        CompletableFuture<Status> answer = new CompletableFuture<>();
        if (!loop.post(() -> read(answer))) {
            answer.completeExceptionally(new IOException(ending()));
        }
        return answer;
    }

    /// The verb in progress, at little cost; fails like [#status].
    public CompletableFuture<Optional<String>> operation() {
        CompletableFuture<Optional<String>> answer = new CompletableFuture<>();
        if (!loop.post(() -> answer.complete(state.operation().map(Operation::verb)))) {
            answer.completeExceptionally(new IOException(ending()));
        }
        return answer;
    }

    private void read(CompletableFuture<Status> answer) {
        if (closed) {
            answer.completeExceptionally(new IOException(ending()));
        } else {
            answer.complete(reader.read(state, Loop.now(), equipment.diag()));
        }
    }

    private String ending() {
        return plan.name() + " is stopping";
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
        } catch (IOException | RuntimeException failed) {
            observer.said(failed + " (while doing: " + action + ")");
        }
    }

    private void perform(Action action) throws IOException {
        switch (action) {
            case Action.Spawn(WorkerId id, Command command) -> spawn(id, command);
            case Action.Check(WorkerId id) -> check(id);
            case Action.Serve serve -> distribution.serve(serve);
            case Action.Steer(long ticket, Policy policy) -> steer(ticket, policy);
            case Action.Shed(boolean shed) -> distribution.shed(shed);
            case Action.Refuse(boolean refused) -> distribution.refuse(refused);
            case Action.Drain(WorkerId id) -> {
                LiveWorker worker = live.get(id);
                if (worker != null) {
                    drains.watch(worker);
                }
            }
            case Action.Terminate(WorkerId id) -> terminate(id);
            case Action.Kill(WorkerId id) ->
                    Optional.ofNullable(live.get(id)).ifPresent(equipment.trees()::kill);
            case Action.Retire(WorkerId id) -> distribution.retire(id);
            case Action.Bequeath(WorkerId id) -> distribution.bequeath(id);
            case Action.Reply(long ticket, Outcome outcome) -> reply(ticket, outcome);
            case Action.Say(String text) -> observer.said(text);
            case Action.Quit(int code) -> {
                over = true;
                exitCode = code;
            }
        }
    }

    private void steer(long ticket, Policy policy) {
        String failure = "";
        try {
            Policy before = registry.policy();
            distribution.steer(policy);
            pin(before, policy);
            load.begin();
        } catch (IOException failed) {
            failure = policy.word() + " failed: " + failed.getMessage();
        }
        events.add(new Event.Steered(ticket, policy, failure));
    }

    private void pin(Policy before, Policy now) {
        boolean pins = now instanceof Policy.Cpu;
        if (pins == before instanceof Policy.Cpu) {
            return;
        }
        for (LiveWorker worker : live.values()) {
            Set<Integer> pids = equipment.trees().of(worker);
            Optional<String> wrong =
                    pins ? pinning.pin(worker.id().slot(), pids) : pinning.free(pids);
            wrong.ifPresent(why -> observer.said("slot " + worker.id() + ": " + why));
        }
    }

    private OptionalInt cpu(WorkerId id) {
        boolean pins = registry.policy() instanceof Policy.Cpu;
        return pins ? OptionalInt.of(pinning.cpu(id.slot())) : OptionalInt.empty();
    }

    private void reply(long ticket, Outcome outcome) {
        CompletableFuture<Outcome> answer = waiting.remove(ticket);
        if (answer != null) {
            answer.complete(outcome);
        }
    }

    private void spawn(WorkerId id, Command command) {
        try {
            LiveWorker worker = start(id, command);
            live.put(id, worker);
            equipment.guard().add(worker.pid(), worker.startTicks());
            equipment.cgroup().ifPresent(group -> group.add(id, worker.pid()));
            loop.watch(worker.pidfd(), () -> endings.ended(worker));
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

    private LiveWorker start(WorkerId id, Command command) throws IOException {
        int slots = state.slots().size();
        if (dispatched.isEmpty()) {
            return workers.start(id, command, slots, cpu(id), Optional.empty());
        }
        Dispatched passing = dispatched.get();
        try (Fd end = passing.join(id, loop::post, this::takes, this::deaf)) {
            LiveWorker worker = workers.start(id, command, slots, cpu(id), Optional.of(end));
            worker.counted().addAll(passing.addresses());
            return worker;
        }
    }

    /// The worker takes connections of the dispatcher.
    private void takes(WorkerId id) {
        LiveWorker worker = live.get(id);
        if (worker != null) {
            listening(worker);
        }
    }

    /// The worker and the dispatcher do not speak any more: its end, as a rule, which then is seen
    /// in a moment.
    private void deaf(WorkerId id, String why) {
        loop.after(
                ENDING_MILLIS,
                () -> {
                    LiveWorker worker = live.get(id);
                    if (worker != null && !worker.ended()) {
                        worker.troubles().add(why);
                        if (phase(worker).filter(Phase::candidate).isPresent()) {
                            observer.said("slot " + id + " " + why);
                        }
                        events.add(new Event.Lost(id, why));
                    }
                });
    }

    private Optional<Phase> phase(LiveWorker worker) {
        return state.worker(worker.id()).map(Worker::phase);
    }

    private boolean stopping(LiveWorker worker) {
        return phase(worker).filter(p -> p.leaving() && p != Phase.KILLED).isPresent();
    }

    /// Whether it is still of interest when the worker is quiet.
    private boolean draining(LiveWorker worker) {
        Optional<Phase> phase = phase(worker);
        boolean held =
                state.slot(worker.id().slot())
                        .filter(slot -> slot.goal() == Slot.Goal.HELD)
                        .isPresent();
        return phase.filter(p -> p == Phase.DRAINING || p == Phase.READY && held).isPresent();
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
            if (finder.look(worker, equipment.diag())) {
                listening(worker);
            }
        } catch (IOException failed) {
            observer.said("slot " + worker.id() + ": " + failed.getMessage());
        }
        loop.after(FIND_MILLIS, () -> find(worker));
    }

    private void listening(LiveWorker worker) {
        if (!bound(worker.id())) {
            sayElsewhere(worker);
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

    /// Whether a worker listens on all that it has to: what the user named; else on something, and
    /// where others are in service on a port of theirs.
    private boolean bound(WorkerId id) {
        if (dispatched.isPresent()) {
            return dispatched.get().ready(id);
        }
        List<GroupKey> keys = registry.listening(id);
        return Claims.complete(plan, keys) && Claims.succeeds(keys, served(id));
    }

    private List<GroupKey> served(WorkerId successor) {
        return registry.all().stream()
                .filter(socket -> socket.listening() && !socket.orphan() && !socket.key().own())
                .filter(socket -> !socket.owner().equals(successor))
                .filter(socket -> state.service().workers().contains(socket.owner()))
                .map(HeldSocket::key)
                .distinct()
                .toList();
    }

    private void sayElsewhere(LiveWorker worker) {
        List<GroupKey> keys = registry.listening(worker.id());
        List<GroupKey> served = served(worker.id());
        if (!keys.isEmpty() && !Claims.succeeds(keys, served)) {
            String why = "listens on " + keys + ", but on no port that is in service: " + served;
            worker.troubles().add(why);
            observer.said("slot " + worker.id() + " " + why);
        }
    }

    private void announced(LiveWorker worker) {
        if (worker.notifySocket().filter(NotifySocket::ready).isPresent()) {
            events.add(new Event.Announced(worker.id()));
        }
    }

    /// A process that is just ending has closed its listeners a moment before its end is seen; so a
    /// bad answer is given only when it has lived on.
    private void check(WorkerId id) throws IOException {
        if (complete(id)) {
            events.add(new Event.Checked(id, true));
            return;
        }
        loop.after(
                ENDING_MILLIS,
                () -> {
                    LiveWorker worker = live.get(id);
                    if (worker != null && !worker.ended()) {
                        events.add(new Event.Checked(id, bound(id)));
                    }
                });
    }

    private boolean complete(WorkerId id) throws IOException {
        LiveWorker worker = live.get(id);
        if (worker != null) {
            unheld.drop(id, () -> equipment.trees().of(worker));
        }
        return bound(id);
    }

    private void terminate(WorkerId id) {
        LiveWorker worker = live.get(id);
        dispatched.ifPresent(d -> d.last(id));
        if (worker != null && worker.pidfd().isOpen()) {
            Pidfds.pidfdSendSignal(worker.pidfd().number(), plan.stopSignal().number());
        }
    }

    private void patrol() {
        loop.after(PATROL_MILLIS, this::patrol);
        try {
            endings.patrol();
            if (equipment.guard().renew()) {
                observer.said("the guard process had ended; it was started again");
            }
            patrol.strangers(equipment.diag());
            List<LiveWorker> ready =
                    live.values().stream()
                            .filter(worker -> phase(worker).equals(Optional.of(Phase.READY)))
                            .toList();
            for (LiveWorker worker : ready) {
                patrol.sockets(worker, why -> events.add(new Event.Lost(worker.id(), why)));
            }
            patrol.queues(ready, Loop.now(), equipment.diag());
        } catch (IOException failed) {
            observer.said("patrol: " + failed.getMessage());
        }
    }

    /// Kills whatever still runs, waits for its end, and gives everything back. To be called by the
    /// thread of [#run] after that, or instead; twice is harmless.
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        endings.now();
        load.close();
        registry.close();
        equipment.close();
        waiting.values().forEach(answer -> answer.complete(Outcome.failed(ending())));
        waiting.clear();
    }

    /// The policy at the start and the mechanism that was found, for people.
    public String steering() {
        return mechanism.text(plan.policy());
    }
}
