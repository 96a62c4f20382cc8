package dev.berth.supervise.lifecycle;

import dev.berth.supervise.contract.Command;
import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.Settings;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.sys.ExitStatus;
import dev.berth.testkit.SeededRandom;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/// A simulated world that responds to the supervisor's actions as processes might, at random: a
/// spawn works or fails; a worker listens or not, closes its listener, drains, obeys, ignores
/// signals, dies.
final class SimulatedWorkers {
    private static final List<Policy> POLICIES =
            List.of(new Policy.Hash(), new Policy.RoundRobin(), Policy.parse("weighted:3=5%"));

    private static final List<Command> COMMANDS =
            List.of(TransitionScript.OLD, TransitionScript.NEW, new Command(List.of("newer")));

    private static final List<VerificationResult> EVIDENCE = List.of(VerificationResult.values());

    private static final List<ListenState> SIGHTS =
            List.of(ListenState.LISTENS, ListenState.SHARED, ListenState.AWAITS);

    /// A process: whether it has a listener, and whether it ends when told to.
    private record Process(boolean listening, boolean obedient) {}

    private final SeededRandom random;
    private final WalkRules rules;
    private final List<String> log = new ArrayList<>();
    private final List<Event> pending = new ArrayList<>();
    private final Map<WorkerId, Process> processes = new TreeMap<>();
    private final Map<Long, Request> asked = new LinkedHashMap<>();
    private Policy policy = new Policy.Hash();
    private State state;
    private long now = 5_000;
    private long tickets;
    private boolean kind;
    private boolean over;

    SimulatedWorkers(SeededRandom random, Settings settings, int workers) {
        this.random = random;
        state = State.initial(settings, TransitionScript.OLD, workers, policy, now);
        rules = new WalkRules(state);
        tell(new Event.Begin());
    }

    List<String> log() {
        return log;
    }

    boolean over() {
        return over;
    }

    State state() {
        return state;
    }

    WalkRules rules() {
        return rules;
    }

    private void tell(Event event) {
        if (over) {
            return;
        }
        log.add(now + " " + event);
        switch (event) {
            case Event.Exited exited -> processes.remove(exited.id());
            case Event.SpawnFailed(WorkerId id, String _) -> processes.remove(id);
            default -> {}
        }
        Transition.Result result = Transition.apply(state, event, now);
        log.add("    → " + result.actions());
        State before = state;
        state = result.state();
        for (Action action : result.actions()) {
            carryOut(action);
        }
        rules.check(before, event, result, now, asked);
        rules.check(state, processes.keySet(), now);
        for (Action action : result.actions()) {
            if (action instanceof Action.Apply(TrafficPlan plan) && !plan.policy().equals(policy)) {
                policy = plan.policy();
                boolean fails = !kind && random.nextInt(4) == 0;
                tell(new Event.Steered(policy, fails ? Optional.of("failed") : Optional.empty()));
            }
        }
    }

    private void carryOut(Action action) {
        switch (action) {
            case Action.Spawn(WorkerId id, Command _) -> spawn(id);
            case Action.Check(WorkerId id) -> {
                Process process = processes.get(id);
                if (process != null) {
                    pending.add(new Event.Checked(id, sight(process)));
                }
            }
            case Action.Inspect(WorkerId id, boolean listening) -> {
                if (kind || random.nextInt(2) > 0) {
                    pending.add(new Event.Inspected(id, listening, "sleeps"));
                }
            }
            case Action.Verify(WorkerId id) -> {
                VerificationResult evidence =
                        kind ? VerificationResult.AWAITING : random.pick(EVIDENCE);
                pending.add(new Event.VerificationSampled(id, evidence, ""));
            }
            case Action.MoveQueue _ -> {}
            case Action.Drain(WorkerId id) -> {
                if (kind || random.nextInt(3) > 0) {
                    pending.add(new Event.Drained(id));
                }
            }
            case Action.Terminate(WorkerId id, boolean _) -> {
                Process process = processes.get(id);
                if (process != null && (kind || process.obedient())) {
                    pending.add(exit(id));
                }
            }
            case Action.Kill(WorkerId id) -> pending.add(exit(id));
            case Action.Quit _ -> over = true;
            case Action.Apply _ -> {}
            case Action.CloseSockets _ -> {}
            case Action.KeepQueue _ -> {}
            case Action.Reply _ -> {}
            case Action.Emit _ -> {}
        }
    }

    private ListenState sight(Process process) {
        if (!process.listening()) {
            return ListenState.LOST;
        }
        return kind ? ListenState.AWAITS : random.pick(SIGHTS);
    }

    private void spawn(WorkerId id) {
        processes.put(id, new Process(false, random.nextInt(4) > 0));
        boolean fails = !kind && random.nextInt(12) == 0;
        pending.add(fails ? new Event.SpawnFailed(id, id + " failed") : new Event.Spawned(id, 7));
    }

    private Event.Exited exit(WorkerId id) {
        int survivors = random.nextInt(8) == 0 ? 1 : 0;
        ExitStatus status = ExitStatus.exited(random.nextInt(3));
        return new Event.Exited(id, status, survivors, "", random.nextInt(2) == 0);
    }

    /// Makes one random thing happen.
    void happen() {
        switch (random.nextInt(10)) {
            case 0, 1, 2 -> deliver();
            case 3, 4 -> elapse(random.nextInt(2_000));
            case 5 -> elapse(random.nextInt(70_000));
            case 6, 7, 8 ->
                    processes.keySet().stream()
                            .skip(random.nextInt(Math.max(1, processes.size())))
                            .findFirst()
                            .ifPresent(this::act);
            case 9 -> {
                if (random.nextInt(3) == 0) {
                    ask(request());
                }
            }
            default -> throw new AssertionError();
        }
    }

    private void deliver() {
        if (!pending.isEmpty()) {
            deliver(random.nextInt(pending.size()));
        }
    }

    /// Events about one worker keep their order, and none follows its end.
    private void deliver(int index) {
        Event event = pending.get(index);
        Optional<WorkerId> id = subject(event);
        for (int first = 0; first < index; first++) {
            if (id.isPresent() && subject(pending.get(first)).equals(id)) {
                event = pending.get(first);
                break;
            }
        }
        pending.remove(event);
        if (id.isEmpty() || processes.containsKey(id.get())) {
            tell(event);
        }
    }

    private static Optional<WorkerId> subject(Event event) {
        return switch (event) {
            case Event.Begin() -> Optional.empty();
            case Event.Tick() -> Optional.empty();
            case Event.Requested _ -> Optional.empty();
            case Event.Steered _ -> Optional.empty();
            case Event.Spawned(WorkerId id, int _) -> Optional.of(id);
            case Event.SpawnFailed(WorkerId id, String _) -> Optional.of(id);
            case Event.Listening(WorkerId id) -> Optional.of(id);
            case Event.Announced(WorkerId id) -> Optional.of(id);
            case Event.Incomplete(WorkerId id, String _, boolean _) -> Optional.of(id);
            case Event.Checked(WorkerId id, ListenState _) -> Optional.of(id);
            case Event.Inspected(WorkerId id, boolean _, String _) -> Optional.of(id);
            case Event.VerificationSampled(WorkerId id, VerificationResult _, String _) ->
                    Optional.of(id);
            case Event.ListenerLost(WorkerId id, String _) -> Optional.of(id);
            case Event.Drained(WorkerId id) -> Optional.of(id);
            case Event.DrainExpired(WorkerId id, String _) -> Optional.of(id);
            case Event.Exited exited -> Optional.of(exited.id());
        };
    }

    private void elapse(long millis) {
        long due = state.nextDeadline();
        boolean exactly = due != Moment.NEVER && random.nextInt(2) == 0;
        now = exactly ? Math.max(now, due) : now + millis;
        tell(new Event.Tick());
    }

    private void act(WorkerId id) {
        Process process = processes.get(id);
        switch (random.nextInt(12)) {
            case 0, 1, 2, 3, 4 -> listen(id);
            case 5, 6 -> pending.add(new Event.Announced(id));
            case 7 -> {
                processes.put(id, new Process(false, process.obedient()));
                pending.add(new Event.ListenerLost(id, "lost its listener"));
            }
            case 8 -> pending.add(exit(id));
            case 9 -> pending.add(new Event.VerificationSampled(id, random.pick(EVIDENCE), ""));
            case 10 -> pending.add(new Event.Incomplete(id, "lacks", random.nextInt(2) == 0));
            default -> {}
        }
    }

    private void listen(WorkerId id) {
        processes.put(id, new Process(true, processes.get(id).obedient()));
        pending.add(new Event.Listening(id));
    }

    private Request request() {
        int slots = state.slots().size();
        return switch (random.nextInt(14)) {
            case 12 -> new Request.Steer(random.pick(POLICIES));
            case 13 -> new Request.Shed(random.nextInt(2) == 0);
            case 0, 1 -> new Request.Roll(Optional.empty());
            case 2, 3 -> new Request.Roll(Optional.of(random.pick(COMMANDS)));
            case 4 -> partly(slots);
            case 5, 6 -> new Request.Scale(1 + random.nextInt(5));
            case 7 -> new Request.ScaleBy(random.nextInt(5) - 2);
            case 8, 9 -> new Request.Drain(random.nextInt(slots + 1));
            case 10 -> new Request.Undrain(random.nextInt(slots + 1));
            default ->
                    random.nextInt(4) == 0
                            ? new Request.Stop()
                            : new Request.Roll(Optional.empty());
        };
    }

    private Request partly(int slots) {
        Optional<Command> command =
                random.nextInt(2) == 0 ? Optional.of(random.pick(COMMANDS)) : Optional.empty();
        OptionalInt slot = OptionalInt.of(random.nextInt(slots + 1));
        return new Request.Roll(command, Map.of(), slot, random.nextInt(2) == 0);
    }

    void ask(Request request) {
        asked.put(++tickets, request);
        tell(new Event.Requested(tickets, request));
    }

    /// From now on all goes well: workers that start listen and say so, workers told to stop do.
    /// Continues until nothing is due.
    void calm() {
        kind = true;
        pending.removeIf(event -> event instanceof Event.Exited);
        state.slots().stream()
                .flatMap(slot -> slot.ready().stream())
                .filter(worker -> worker.verification().pending())
                .forEach(
                        w ->
                                pending.add(
                                        new Event.VerificationSampled(
                                                w.id(), VerificationResult.AWAITING, "")));
        for (int turn = 0; turn < 500 && !over; turn++) {
            while (!pending.isEmpty()) {
                deliver(0);
            }
            state.slots().stream().flatMap(slot -> slot.workers().stream()).forEach(this::behave);
            if (pending.isEmpty()) {
                if (state.nextDeadline() == Moment.NEVER) {
                    return;
                }
                now = Math.max(now, state.nextDeadline());
                tell(new Event.Tick());
            }
        }
        if (!over) {
            throw new AssertionError("does not come to rest: " + state);
        }
    }

    private void behave(Worker worker) {
        boolean begins = worker.phase() == Phase.STARTING && !StartTimeout.tooLateToListen(worker);
        if (begins || worker.phase() == Phase.SETTLING && !worker.announced()) {
            listen(worker.id());
            pending.add(new Event.Announced(worker.id()));
        }
    }
}
