package dev.berth.supervise.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.Settings;
import dev.berth.supervise.contract.WorkerFailure;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.sys.ExitStatus;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;

/// Every event × every phase of the worker it concerns × every goal of its slot × every operation.
///
/// Slot 0 has only that worker, slot 1 a bystander that is ready.
class TransitionTableTest {
    private static final long NOW = 100_000;
    private static final long SINCE = 99_000;
    private static final long DUE = 200_000;
    private static final WorkerId ID = new WorkerId(0, 3);
    private static final WorkerId BYSTANDER = new WorkerId(1, 1);

    private record Case(Event event, Phase phase, Slot.Goal goal, Operation operation) {
        /// A slot is leaving only because of an operation that removes it, and a stop leaves no
        /// other operation.
        boolean possible() {
            boolean leaves =
                    operation instanceof SupervisorShutdown
                            || operation instanceof ScaleChange scale && scale.to() < 2;
            boolean serving = !phase.leaving();
            return (goal == Slot.Goal.LEAVE) == leaves && !(leaves && serving);
        }

        State before() {
            return state(this);
        }

        @Override
        public String toString() {
            return event.getClass().getSimpleName() + " " + phase + " " + goal + " " + operation;
        }
    }

    private static final List<Event> EVENTS =
            List.of(
                    new Event.Begin(),
                    new Event.Tick(),
                    new Event.Spawned(ID, 77),
                    new Event.SpawnFailed(ID, "no such file"),
                    new Event.Listening(ID),
                    new Event.Announced(ID),
                    new Event.Incomplete(ID, "lacks", true),
                    new Event.Inspected(ID, false, "listens elsewhere"),
                    new Event.Inspected(ID, true, "sleeps"),
                    new Event.Checked(ID, ListenState.AWAITS),
                    new Event.Checked(ID, ListenState.LISTENS),
                    new Event.Checked(ID, ListenState.SHARED),
                    new Event.Checked(ID, ListenState.LOST),
                    new Event.VerificationSampled(ID, VerificationResult.UNANSWERED, "4 wait"),
                    new Event.VerificationSampled(ID, VerificationResult.ACCEPTED, ""),
                    new Event.ListenerLost(ID, "lost"),
                    new Event.Drained(ID),
                    new Event.DrainExpired(ID, "3 connections with a request in progress"),
                    new Event.Exited(ID, ExitStatus.exited(3), 0, "", false),
                    new Event.Exited(ID, ExitStatus.exited(0), 0, "", true),
                    new Event.Requested(9, new Request.Roll(Optional.empty())),
                    new Event.Requested(9, new Request.Scale(2)),
                    new Event.Requested(9, new Request.Drain(0)),
                    new Event.Requested(9, new Request.Undrain(0)),
                    new Event.Requested(9, new Request.Steer(new Policy.Random())),
                    new Event.Steered(new Policy.Random(), Optional.empty()),
                    new Event.Requested(9, new Request.Shed(true)),
                    new Event.Requested(9, new Request.Stop()));

    private static List<Optional<Operation>> operations() {
        return List.of(
                Optional.empty(),
                Optional.of(new InitialStart()),
                Optional.of(roll(OptionalInt.of(0), List.of(1), List.of(), Optional.empty())),
                Optional.of(roll(OptionalInt.of(1), List.of(), List.of(0), Optional.empty())),
                Optional.of(
                        roll(
                                OptionalInt.of(0),
                                List.of(),
                                List.of(),
                                Optional.of(new WorkerFailure.NotStarted(ID, "failed")))),
                Optional.of(new ScaleChange(5, 0, 2, Optional.empty())),
                Optional.of(new ScaleChange(5, 2, 0, Optional.empty())),
                Optional.of(new SlotDrain(5, 0, DUE)),
                Optional.of(new SupervisorShutdown(5, 0)));
    }

    private static Operation roll(
            OptionalInt current,
            List<Integer> pending,
            List<Integer> done,
            Optional<WorkerFailure> undoing) {
        return new RollingRestart(
                5,
                Optional.of(TransitionScript.NEW),
                new RollProgress(pending, current, done),
                undoing,
                List.of(),
                false);
    }

    private static State state(Case row) {
        RestartHistory history = new RestartHistory(0, 0, Moment.NEVER, true, "");
        Worker worker =
                new Worker(
                        ID,
                        row.phase(),
                        TransitionScript.OLD,
                        42,
                        new Worker.Times(
                                SINCE, row.phase() == Phase.READY ? Moment.NEVER : DUE, DUE),
                        false);
        Worker other =
                new Worker(
                        BYSTANDER,
                        Phase.READY,
                        TransitionScript.OLD,
                        43,
                        new Worker.Times(SINCE, Moment.NEVER, DUE),
                        false);
        Slot.Goal rest =
                row.operation() instanceof SupervisorShutdown ? Slot.Goal.LEAVE : Slot.Goal.RUN;
        Worker bystander =
                rest == Slot.Goal.LEAVE ? other.inPhase(Phase.DRAINING, SINCE, DUE) : other;
        ServiceState service =
                new ServiceState(
                        Settings.defaults(),
                        TransitionScript.OLD,
                        List.of(
                                new Slot(
                                        0,
                                        row.goal(),
                                        3,
                                        TransitionScript.OLD,
                                        List.of(worker),
                                        SINCE,
                                        history),
                                new Slot(
                                        1,
                                        rest,
                                        1,
                                        TransitionScript.OLD,
                                        List.of(bystander),
                                        SINCE,
                                        history)),
                        0,
                        Map.of(),
                        traffic(row, rest),
                        List.of());
        return new State(service, Optional.ofNullable(row.operation()));
    }

    private static Traffic traffic(Case row, Slot.Goal goal) {
        List<Traffic.PolicyChange> changes =
                row.event() instanceof Event.Steered(Policy policy, Optional<String> _)
                        ? List.of(new Traffic.PolicyChange(9, policy))
                        : List.of();
        Admission unserved = goal == Slot.Goal.LEAVE ? Admission.CLOSING : Admission.WAIT;
        return new Traffic(new Policy.Hash(), changes, false, unserved, Moment.NEVER);
    }

    private static void everyCase(Consumer<Case> check) {
        List<Case> cases = cases();
        assertThat(cases).hasSizeGreaterThan(1_000);
        for (Case row : cases) {
            try {
                check.accept(row);
            } catch (AssertionError | RuntimeException broken) {
                throw new AssertionError(row.toString(), broken);
            }
        }
    }

    private static List<Case> cases() {
        List<Case> cases = new ArrayList<>();
        for (Event event : EVENTS) {
            for (Phase phase : Phase.values()) {
                for (Slot.Goal goal : Slot.Goal.values()) {
                    for (Optional<Operation> operation : operations()) {
                        cases.add(new Case(event, phase, goal, operation.orElse(null)));
                    }
                }
            }
        }
        return cases.stream().filter(Case::possible).toList();
    }

    /// The phase of the worker after the event, or GONE, or SAME if the event is meaningless.
    private static Optional<Phase> after(Case row) {
        Phase phase = row.phase();
        boolean candidate = phase == Phase.STARTING || phase == Phase.SETTLING;
        return switch (row.event()) {
            case Event.Begin() -> Optional.of(phase);
            case Event.Tick() -> Optional.of(phase);
            case Event.Spawned _ -> Optional.of(phase);
            case Event.SpawnFailed _ -> Optional.empty();
            case Event.Exited _ -> Optional.empty();
            case Event.Listening _ -> Optional.of(candidate ? Phase.SETTLING : phase);
            case Event.Announced _ -> Optional.of(phase);
            case Event.Incomplete _ -> Optional.of(phase);
            case Event.Inspected _ -> Optional.of(phase);
            case Event.VerificationSampled _ -> Optional.of(phase);
            case Event.Checked(WorkerId _, ListenState listenState) ->
                    Optional.of(
                            phase != Phase.SETTLING
                                    ? phase
                                    : listenState == ListenState.LOST
                                            ? Phase.STOPPING
                                            : Phase.READY);
            case Event.ListenerLost _ -> Optional.of(phase == Phase.READY ? Phase.STARTING : phase);
            case Event.Drained _ -> Optional.of(phase == Phase.DRAINING ? Phase.STOPPING : phase);
            case Event.DrainExpired _ -> Optional.of(phase);
            case Event.Requested(long _, Request.Stop()) ->
                    Optional.of(
                            row.operation() instanceof SupervisorShutdown
                                    ? Phase.KILLED
                                    : left(phase));
            case Event.Requested(long _, Request.Roll _) when row.operation() == null ->
                    Optional.of(candidate ? Phase.STOPPING : phase);
            case Event.Steered _ -> Optional.of(phase);
            case Event.Requested _ -> Optional.of(phase);
        };
    }

    private static Phase left(Phase phase) {
        return switch (phase) {
            case STARTING, SETTLING -> Phase.STOPPING;
            case READY -> Phase.DRAINING;
            case DRAINING, STOPPING, KILLED -> phase;
        };
    }

    /// A roll moves on by itself as soon as the current slot has only a ready worker.
    private static boolean moves(Case row) {
        return row.operation() instanceof RollingRestart;
    }

    @Test
    void theWorkerEntersThePhaseForTheEvent() {
        everyCase(TransitionTableTest::goesOn);
    }

    private static void goesOn(Case row) {
        State after = Transition.apply(row.before(), row.event(), NOW).state();

        Optional<Phase> phase = after.worker(ID).map(Worker::phase);
        Optional<Phase> expected = after(row);
        if (moves(row) && expected.equals(Optional.of(Phase.READY))) {
            assertThat(phase).isPresent();
        } else {
            assertThat(phase).isEqualTo(expected);
        }
    }

    @Test
    void noImpossibleActionIsOrdered() {
        everyCase(TransitionTableTest::orders);
    }

    private static void orders(Case row) {
        Transition.Result result = Transition.apply(row.before(), row.event(), NOW);

        List<Action> actions = result.actions();
        boolean ended =
                row.event() instanceof Event.Exited || row.event() instanceof Event.SpawnFailed;
        long burials =
                actions.stream()
                        .filter(
                                action ->
                                        action.equals(new Action.CloseSockets(ID))
                                                || action.equals(new Action.KeepQueue(ID)))
                        .count();
        assertThat(burials).isEqualTo(ended ? 1 : 0);
        assertThat(actions.stream().filter(Action.Quit.class::isInstance)).isEmpty();
        assertThat(actions.contains(new Action.Terminate(ID, false)))
                .isEqualTo(enters(row, result, Phase.STOPPING));
        assertThat(actions.contains(new Action.Kill(ID)))
                .isEqualTo(
                        row.operation() instanceof SupervisorShutdown
                                && row.event().equals(EVENTS.getLast()));
        if (result.state().stopping() || row.goal() == Slot.Goal.LEAVE) {
            assertThat(actions)
                    .noneMatch(action -> action instanceof Action.Spawn s && s.id().slot() == 0);
        }
    }

    private static boolean enters(Case row, Transition.Result result, Phase phase) {
        return row.phase() != phase
                && result.state().worker(ID).filter(w -> w.phase() == phase).isPresent();
    }

    @Test
    void theBystanderIsLeftAlone() {
        everyCase(TransitionTableTest::leavesAlone);
    }

    private static void leavesAlone(Case row) {
        State after = Transition.apply(row.before(), row.event(), NOW).state();

        Worker before = row.before().worker(BYSTANDER).orElseThrow();
        boolean stops = row.event() instanceof Event.Requested(long _, Request.Stop());
        boolean takenBack =
                after.operation().orElse(null) instanceof ScaleChange scale
                        && scale.undoing().isPresent();
        if (!stops && !takenBack) {
            assertThat(after.worker(BYSTANDER)).contains(before);
        }
    }

    @Test
    void aRequestIsAnsweredAtMostOnceAndItsOperationEndsThen() {
        everyCase(TransitionTableTest::answers);
    }

    private static void answers(Case row) {
        Transition.Result result = Transition.apply(row.before(), row.event(), NOW);

        List<Long> answered =
                result.actions().stream()
                        .filter(Action.Reply.class::isInstance)
                        .map(action -> ((Action.Reply) action).ticket())
                        .toList();
        assertThat(answered).doesNotHaveDuplicates();
        Set<Long> waiting = new HashSet<>();
        row.before().operation().ifPresent(operation -> waiting.add(operation.ticket()));
        if (row.event() instanceof Event.Requested(long ticket, Request _)) {
            waiting.add(ticket);
        }
        row.before().traffic().changes().forEach(change -> waiting.add(change.ticket()));
        waiting.remove(Action.NOBODY);
        answered.forEach(ticket -> assertThat(waiting.remove(ticket)).isTrue());
        result.state().traffic().changes().forEach(change -> waiting.remove(change.ticket()));
        assertThat(waiting)
                .isEqualTo(
                        result.state()
                                .operation()
                                .map(Operation::ticket)
                                .filter(ticket -> ticket != Action.NOBODY)
                                .map(Set::of)
                                .orElse(Set.of()));
    }

    @Test
    void anEventAboutAnUnknownWorkerChangesNothing() {
        everyCase(TransitionTableTest::ignoresStrangers);
    }

    private static void ignoresStrangers(Case row) {
        State before = row.before();
        for (WorkerId stranger : List.of(new WorkerId(0, 2), new WorkerId(7, 3))) {
            Transition.Result idle = Transition.apply(before, new Event.Begin(), NOW);
            Transition.Result result = Transition.apply(before, about(row.event(), stranger), NOW);
            if (!row.event().equals(about(row.event(), stranger))) {
                assertThat(result).isEqualTo(idle);
            }
        }
    }

    private static Event about(Event event, WorkerId id) {
        return switch (event) {
            case Event.Begin() -> event;
            case Event.Tick() -> event;
            case Event.Requested _ -> event;
            case Event.Steered _ -> event;
            case Event.Spawned(WorkerId _, int pid) -> new Event.Spawned(id, pid);
            case Event.SpawnFailed(WorkerId _, String why) -> new Event.SpawnFailed(id, why);
            case Event.Listening _ -> new Event.Listening(id);
            case Event.Announced _ -> new Event.Announced(id);
            case Event.Incomplete(WorkerId _, String lacks, boolean replaces) ->
                    new Event.Incomplete(id, lacks, replaces);
            case Event.Checked(WorkerId _, ListenState listenState) ->
                    new Event.Checked(id, listenState);
            case Event.Inspected(WorkerId _, boolean listening, String what) ->
                    new Event.Inspected(id, listening, what);
            case Event.VerificationSampled(
                            WorkerId _,
                            VerificationResult evidence,
                            String detail) ->
                    new Event.VerificationSampled(id, evidence, detail);
            case Event.ListenerLost(WorkerId _, String why) -> new Event.ListenerLost(id, why);
            case Event.Drained _ -> new Event.Drained(id);
            case Event.DrainExpired(WorkerId _, String what) -> new Event.DrainExpired(id, what);
            case Event.Exited(
                            WorkerId _,
                            ExitStatus status,
                            int survivors,
                            String words,
                            boolean served) ->
                    new Event.Exited(id, status, survivors, words, served);
        };
    }

    @Test
    void meaninglessEventsChangeNothing() {
        everyCase(TransitionTableTest::ignoresTheMeaningless);
    }

    private static void ignoresTheMeaningless(Case row) {
        List<Phase> meaningful =
                switch (row.event()) {
                    case Event.Listening _ -> List.of(Phase.STARTING, Phase.SETTLING);
                    case Event.Incomplete _ -> List.of(Phase.STARTING);
                    case Event.Checked _ -> List.of(Phase.SETTLING);
                    case Event.Inspected _ -> List.of();
                    case Event.VerificationSampled _ -> List.of();
                    case Event.ListenerLost _ -> List.of(Phase.READY);
                    case Event.DrainExpired _ -> List.of(Phase.DRAINING, Phase.STOPPING);
                    case Event.Drained _ ->
                            row.operation() instanceof SlotDrain
                                    ? List.of(Phase.READY, Phase.DRAINING)
                                    : List.of(Phase.DRAINING);
                    default -> Arrays.asList(Phase.values());
                };
        if (!meaningful.contains(row.phase())) {
            Transition.Result idle = Transition.apply(row.before(), new Event.Begin(), NOW);
            Transition.Result result = Transition.apply(row.before(), row.event(), NOW);
            assertThat(result).isEqualTo(idle);
        }
    }
}
