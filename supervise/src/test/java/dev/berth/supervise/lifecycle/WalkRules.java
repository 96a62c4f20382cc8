package dev.berth.supervise.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.supervise.contract.Command;
import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.RequestResult;
import dev.berth.supervise.contract.WorkerId;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The rules that must hold whatever happens. Records the actions so far.
final class WalkRules {
    private final Set<WorkerId> spawned = new HashSet<>();
    private final Set<WorkerId> terminated = new HashSet<>();
    private final Set<WorkerId> buried = new HashSet<>();
    private final Set<Long> answered = new HashSet<>();
    private TrafficPlan applied;
    private final Map<Long, Integer> sizes = new HashMap<>();

    WalkRules(State initial) {
        applied = initial.trafficPlan();
    }

    /// Checks one step.
    void check(
            State before,
            Event event,
            Transition.Result result,
            long now,
            Map<Long, Request> asked) {
        State after = result.state();
        if (event instanceof Event.Requested(long ticket, Request _)) {
            sizes.put(ticket, before.slots().size());
        }
        Optional<WorkerId> ended = ended(before, event);
        int burials = buried.size();
        List<Action> actions = result.actions();
        for (int i = 0; i < actions.size(); i++) {
            ordered(before, after, actions.get(i), asked);
            if (actions.get(i) instanceof Action.Quit) {
                assertThat(i).as("quitting is the last order").isEqualTo(actions.size() - 1);
                assertThat(answered).as("tickets at the end").isEqualTo(asked.keySet());
            }
        }
        assertThat(buried.size() - burials).as("burials").isEqualTo(ended.isPresent() ? 1 : 0);
        ended.ifPresent(id -> assertThat(buried).contains(id));
        // So a target that knows no plan before this one is brought to the same traffic.
        assertThat(applied).as("the last plan").isEqualTo(after.trafficPlan());
        admits(after);
        keepsServing(before, event, after);
        startsFew(after);
    }

    private static Optional<WorkerId> ended(State before, Event event) {
        return switch (event) {
            case Event.Exited exited -> before.worker(exited.id()).map(Worker::id);
            case Event.SpawnFailed(WorkerId id, String _) -> before.worker(id).map(Worker::id);
            default -> Optional.empty();
        };
    }

    private void ordered(State before, State after, Action action, Map<Long, Request> asked) {
        switch (action) {
            case Action.Spawn(WorkerId id, Command _) -> {
                assertThat(spawned.add(id)).as("first spawn of " + id).isTrue();
                assertThat(after.stopping()).isFalse();
            }
            case Action.Apply(TrafficPlan plan) -> {
                assertThat(plan).as("a new plan").isNotEqualTo(applied);
                applied = plan;
            }
            case Action.Drain(WorkerId id) -> {
                assertThat(applied.workers()).as("drained out of service").doesNotContain(id);
                assertThat(terminated).doesNotContain(id);
            }
            case Action.Terminate(WorkerId id, boolean _) -> {
                assertThat(applied.workers()).as("terminated out of service").doesNotContain(id);
                assertThat(terminated.add(id)).as("first stop signal to " + id).isTrue();
            }
            case Action.Kill(WorkerId id) -> assertThat(applied.workers()).doesNotContain(id);
            case Action.CloseSockets(WorkerId id) -> bury(id);
            case Action.KeepQueue(WorkerId id) -> bury(id);
            case Action.Reply(long ticket, RequestResult outcome) -> {
                assertThat(asked).containsKey(ticket);
                assertThat(answered.add(ticket)).as("first answer to " + ticket).isTrue();
                outcome(before, after, ticket, asked.get(ticket), outcome);
            }
            case Action.Check _ -> {}
            case Action.Inspect(WorkerId id, boolean _) ->
                    assertThat(applied.workers()).as("late and in service").doesNotContain(id);
            case Action.Verify(WorkerId id) ->
                    assertThat(applied.workers()).as("tried in service").contains(id);
            case Action.MoveQueue(WorkerId id) -> assertThat(terminated).contains(id);
            case Action.Emit _ -> {}
            case Action.Quit _ -> {}
        }
    }

    private void admits(State state) {
        boolean served = !applied.workers().isEmpty();
        boolean closing = state.traffic().unserved() == Admission.CLOSING;
        assertThat(state.stopping() && !closing).as("stopping and open").isFalse();
        Admission expected = served ? Admission.OPEN : state.traffic().unserved();
        boolean shed = state.traffic().shed() && !closing;
        assertThat(applied.admission()).isEqualTo(shed ? Admission.SHED : expected);
        boolean waits = applied.admission() == Admission.WAIT;
        assertThat(waits && (served || state.refusing())).as("waiting in vain").isFalse();
    }

    private void bury(WorkerId id) {
        assertThat(applied.workers()).as("buried out of service").doesNotContain(id);
        assertThat(buried.add(id)).as("first burial of " + id).isTrue();
    }

    /// Checks that an answer is true.
    private void outcome(
            State before, State after, long ticket, Request request, RequestResult outcome) {
        if (after.stopping()) {
            return;
        }
        switch (request) {
            case Request.Roll roll -> {
                Optional<Command> command = roll.command();
                boolean all =
                        roll.slot().isEmpty()
                                || command.isPresent()
                                        && after.slots().stream()
                                                .allMatch(slot -> runs(slot, command.get()));
                Command told =
                        outcome.done() && all ? command.orElse(before.command()) : before.command();
                assertThat(after.command()).isEqualTo(told);
                if (outcome.done()) {
                    assertThat(after.slots()).noneMatch(Slot::verifying);
                }
                if (outcome.done() && command.isPresent() && all) {
                    assertThat(after.slots()).allMatch(slot -> slot.command().equals(told));
                }
                if (outcome.done() && roll.slot().isEmpty()) {
                    assertThat(after.slots()).allMatch(slot -> slot.ready().isPresent());
                }
            }
            case Request.Scale(int workers) ->
                    assertThat(after.slots()).hasSize(outcome.done() ? workers : sizes.get(ticket));
            case Request.ScaleBy _ -> {
                if (!outcome.done()) {
                    assertThat(after.slots()).hasSize(sizes.get(ticket));
                }
            }
            case Request.Drain(int slot) -> {
                if (outcome.done()) {
                    assertThat(applied.workers()).noneMatch(id -> id.slot() == slot);
                }
            }
            case Request.Undrain _ -> {}
            case Request.Steer(Policy policy) -> {
                if (outcome.done()) {
                    assertThat(after.traffic().policy()).isEqualTo(policy);
                }
            }
            case Request.Shed(boolean shed) -> assertThat(after.traffic().shed()).isEqualTo(shed);
            case Request.Stop _ -> {}
        }
    }

    private static boolean runs(Slot slot, Command command) {
        return slot.command().equals(command);
    }

    /// Service is never taken from all workers unless a worker's own action or a request causes it.
    private static void keepsServing(State before, Event event, State after) {
        boolean lost =
                !before.trafficPlan().workers().isEmpty()
                        && after.trafficPlan().workers().isEmpty();
        boolean own = event instanceof Event.Exited || event instanceof Event.ListenerLost;
        boolean asked =
                after.operation()
                        .filter(
                                now ->
                                        now instanceof SupervisorShutdown
                                                || now instanceof ScaleChange)
                        .isPresent();
        assertThat(lost && !own && !asked && before.settings().overlap())
                .as("no worker is in service any more")
                .isFalse();
    }

    private static void startsFew(State state) {
        boolean rolling = state.operation().filter(RollingRestart.class::isInstance).isPresent();
        long starting =
                state.slots().stream()
                        .filter(
                                slot ->
                                        !slot.history().wasEverReady()
                                                && slot.candidate().isPresent())
                        .count();
        if (!rolling && state.settings().stagger().isEmpty()) {
            assertThat(starting).as("first starts at once").isLessThanOrEqualTo(2);
        }
    }

    /// Checks the state after a step.
    void check(State state, Set<WorkerId> processes, long now) {
        for (Slot slot : state.slots()) {
            assertThat(slot.workers().stream().filter(w -> w.phase().candidate()).count())
                    .as("candidates of slot " + slot.index())
                    .isLessThanOrEqualTo(1);
            assertThat(slot.workers().stream().filter(w -> w.phase() == Phase.READY).count())
                    .as("ready ones of slot " + slot.index())
                    .isLessThanOrEqualTo(1);
            keepsThePredecessor(slot);
            if (!state.settings().overlap()) {
                assertThat(slot.workers()).hasSizeLessThanOrEqualTo(1);
            }
        }
        assertThat(state.slots().stream().flatMap(slot -> slot.workers().stream()).map(Worker::id))
                .containsExactlyInAnyOrderElementsOf(processes);
        for (WorkerId id : state.trafficPlan().workers()) {
            assertThat(state.worker(id).orElseThrow().phase()).isEqualTo(Phase.READY);
            assertThat(state.slot(id.slot()).orElseThrow().goal()).isEqualTo(Slot.Goal.RUN);
        }
        boolean served = !state.trafficPlan().workers().isEmpty();
        assertThat(served && state.refusing()).as("serving and refusing").isFalse();
        boolean counted = state.traffic().noneInServiceSince() != Moment.NEVER;
        assertThat(served && counted).as("patience counted while serving").isFalse();
        assertThat(!served && !state.refusing() && !counted).as("endless patience").isFalse();
        assertThat(
                        sizes.keySet().stream()
                                .filter(ticket -> !answered.contains(ticket))
                                .filter(ticket -> !steers(state, ticket)))
                .as("tickets that wait are the operation's")
                .containsExactlyElementsOf(
                        state
                                .operation()
                                .map(Operation::ticket)
                                .filter(ticket -> ticket != Action.NOBODY)
                                .stream()
                                .toList());
        tickMakesProgress(state, now);
    }

    private static boolean steers(State state, long ticket) {
        return state.traffic().changes().stream().anyMatch(change -> change.ticket() == ticket);
    }

    /// A predecessor that has finished its connections is kept only for a successor that has yet to
    /// prove itself, and while there is one it is not told to stop.
    private static void keepsThePredecessor(Slot slot) {
        boolean kept = slot.workers().stream().anyMatch(Worker::drainDone);
        assertThat(kept && !slot.verifying()).as("kept for no successor in slot " + slot).isFalse();
    }

    /// Phases that last no time can follow each other in ticks at the same moment, but not forever.
    private static void tickMakesProgress(State state, long now) {
        long then = Math.max(now, state.nextDeadline());
        State later = state;
        for (int tick = 0; later.nextDeadline() <= then && then != Moment.NEVER; tick++) {
            assertThat(tick).as("ticks of one moment").isLessThan(5);
            later = Transition.apply(later, new Event.Tick(), then).state();
        }
    }

    /// Checks the state once all has gone well for long enough.
    void rest(State state) {
        assertThat(state.operation()).as("operation").isEmpty();
        assertThat(answered).as("answered tickets").isEqualTo(sizes.keySet());
        assertThat(state.slots())
                .isNotEmpty()
                .allMatch(slot -> slot.ready().isPresent() && slot.workers().size() == 1);
        boolean held = state.slots().stream().allMatch(slot -> slot.goal() == Slot.Goal.DRAINED);
        assertThat(state.trafficPlan().workers().isEmpty()).isEqualTo(held);
    }
}
