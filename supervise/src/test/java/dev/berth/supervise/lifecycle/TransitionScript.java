package dev.berth.supervise.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.supervise.contract.Command;
import dev.berth.supervise.contract.DomainEvent;
import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.RequestResult;
import dev.berth.supervise.contract.Settings;
import dev.berth.supervise.contract.UserMessages;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.sys.ExitStatus;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/// A supervisor without processes: applies events with simulated time and records the actions.
///
/// A spawn is confirmed at once, with the pid 100 × generation + slot, and a check finds the
/// listeners of all workers except those named in [#closes]. The test supplies all other events.
final class TransitionScript {
    static final Command OLD = new Command(List.of("old"));
    static final Command NEW = new Command(List.of("new"));

    private static final long LOOK_MILLIS = 500;

    private final List<Action> orders = new ArrayList<>();
    private final Set<WorkerId> closed = new HashSet<>();
    private ListenState listenState = ListenState.AWAITS;
    private String located = "did not listen within 60 s";
    private VerificationResult evidence = VerificationResult.AWAITING;
    private State state;
    private long now = 1_000_000;
    private long tickets;
    private long lookedAt;
    private boolean blind;

    private TransitionScript(Settings settings, int workers) {
        state = State.initial(settings, OLD, workers, new Policy.Hash(), now);
    }

    /// Started, but no worker listens yet.
    static TransitionScript begun(Settings settings, int workers) {
        return new TransitionScript(settings, workers).tell(new Event.Begin());
    }

    /// All slots ready with their first generation, nothing in progress; earlier actions are
    /// forgotten.
    static TransitionScript running(Settings settings, int workers) {
        TransitionScript script = begun(settings, workers);
        for (int slot = 0; slot < workers; slot++) {
            script.readies(slot, 1);
        }
        assertThat(script.state.operation()).isEmpty();
        return script.forget();
    }

    static TransitionScript running(int workers) {
        return running(Settings.defaults(), workers);
    }

    static WorkerId id(int slot, int generation) {
        return new WorkerId(slot, generation);
    }

    TransitionScript tell(Event event) {
        Transition.Result result = Transition.apply(state, event, now);
        state = result.state();
        orders.addAll(result.actions());
        for (Action action : result.actions()) {
            if (action instanceof Action.Check(WorkerId id)) {
                tell(new Event.Checked(id, closed.contains(id) ? ListenState.LOST : listenState));
            } else if (action instanceof Action.Verify(WorkerId id)
                    && evidence != VerificationResult.NONE) {
                tell(new Event.VerificationSampled(id, evidence, waiting()));
            } else if (action instanceof Action.Inspect(WorkerId id, boolean listening)) {
                if (!located.isEmpty()) {
                    tell(new Event.Inspected(id, listening, listening ? "sleeps" : located));
                }
            } else if (action instanceof Action.Spawn(WorkerId id, Command _)) {
                tell(new Event.Spawned(id, 100 * id.generation() + id.slot()));
            }
        }
        return this;
    }

    /// Sets the finding about a worker whose time to listen is over; empty if the inspection takes
    /// too long.
    TransitionScript located(String next) {
        located = next;
        return this;
    }

    /// Sets what checks of a listening worker find from now on.
    TransitionScript looks(ListenState next) {
        listenState = next;
        return this;
    }

    /// Sets the evidence that is reported from now on as soon as a worker comes into service in a
    /// roll.
    TransitionScript proves(VerificationResult next) {
        evidence = next;
        return this;
    }

    /// Reports new evidence about a worker that has yet to prove itself.
    TransitionScript sees(int slot, int generation, VerificationResult next) {
        evidence = next;
        return tell(new Event.VerificationSampled(id(slot, generation), next, waiting()));
    }

    private String waiting() {
        return evidence == VerificationResult.UNANSWERED
                ? "4 connections wait on tcp://[::]:80"
                : "";
    }

    /// Lets time pass, with a tick at each deadline on the way.
    TransitionScript pass(Duration time) {
        long end = now + time.toMillis();
        while (Math.min(state.nextDeadline(), nextLook()) <= end) {
            if (nextLook() < state.nextDeadline()) {
                now = nextLook();
                lookAgain();
                continue;
            }
            long before = state.nextDeadline();
            now = Math.max(now, before);
            tell(new Event.Tick());
            assertThat(state.nextDeadline()).as("a tick at a deadline").isGreaterThan(before);
        }
        now = end;
        return this;
    }

    /// The next check of a worker with queued connections; [Moment#NEVER] if there is none.
    private long nextLook() {
        return blind || evidence != VerificationResult.UNANSWERED || trying().isEmpty()
                ? Moment.NEVER
                : Math.max(now, lookedAt + LOOK_MILLIS);
    }

    private void lookAgain() {
        lookedAt = now;
        trying().ifPresent(id -> tell(new Event.VerificationSampled(id, evidence, waiting())));
    }

    private Optional<WorkerId> trying() {
        return state.slots().stream()
                .flatMap(slot -> slot.ready().stream())
                .filter(worker -> worker.verification().result() == VerificationResult.UNANSWERED)
                .map(Worker::id)
                .findFirst();
    }

    /// From now on checks of the new worker are late.
    TransitionScript looksLate(boolean now) {
        blind = now;
        return this;
    }

    TransitionScript pass(long seconds) {
        return pass(Duration.ofSeconds(seconds));
    }

    TransitionScript listens(int slot, int generation) {
        return tell(new Event.Listening(id(slot, generation)));
    }

    TransitionScript readies(int slot, int generation) {
        listens(slot, generation).pass(state.settings().timeouts().settle());
        assertThat(phase(slot, generation)).isEqualTo(Phase.READY);
        return this;
    }

    TransitionScript announces(int slot, int generation) {
        return tell(new Event.Announced(id(slot, generation)));
    }

    /// From now on a check does not find that worker's listener.
    TransitionScript closes(int slot, int generation) {
        closed.add(id(slot, generation));
        return this;
    }

    TransitionScript loses(int slot, int generation) {
        return tell(new Event.ListenerLost(id(slot, generation), "closed its listener"));
    }

    TransitionScript drains(int slot, int generation) {
        return tell(new Event.Drained(id(slot, generation)));
    }

    TransitionScript exits(int slot, int generation) {
        return exits(slot, generation, ExitStatus.exited(3), 0);
    }

    TransitionScript exits(int slot, int generation, ExitStatus status, int survivors) {
        return tell(new Event.Exited(id(slot, generation), status, survivors, "", false));
    }

    /// An old worker finishes normally: drains, is told to stop, ends.
    TransitionScript retires(int slot, int generation) {
        drains(slot, generation);
        assertThat(phase(slot, generation)).isEqualTo(Phase.STOPPING);
        return exits(slot, generation, ExitStatus.exited(0), 0);
    }

    /// @return the ticket
    long asks(Request request) {
        tell(new Event.Requested(++tickets, request));
        return tickets;
    }

    long rolls() {
        return asks(new Request.Roll(Optional.empty()));
    }

    long rolls(Command command) {
        return asks(new Request.Roll(Optional.of(command)));
    }

    State state() {
        return state;
    }

    long now() {
        return now;
    }

    Slot slot(int index) {
        return state.slot(index).orElseThrow();
    }

    boolean has(int slot, int generation) {
        return state.worker(id(slot, generation)).isPresent();
    }

    Phase phase(int slot, int generation) {
        return state.worker(id(slot, generation)).orElseThrow().phase();
    }

    /// The workers that get new connections.
    Set<WorkerId> served() {
        return state.trafficPlan().workers();
    }

    List<Action> orders() {
        return List.copyOf(orders);
    }

    /// The recorded actions, without messages.
    List<Action> deeds() {
        return orders.stream().filter(action -> !(action instanceof Action.Emit)).toList();
    }

    <T extends Action> List<T> orders(Class<T> kind) {
        return orders.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    List<WorkerId> spawned() {
        return orders(Action.Spawn.class).stream().map(Action.Spawn::id).toList();
    }

    String said() {
        return String.join(
                "\n", events().stream().flatMap(event -> UserMessages.of(event).stream()).toList());
    }

    /// The reported events.
    List<DomainEvent> events() {
        return orders(Action.Emit.class).stream().map(Action.Emit::event).toList();
    }

    Optional<RequestResult> answer(long ticket) {
        List<RequestResult> answers =
                orders(Action.Reply.class).stream()
                        .filter(reply -> reply.ticket() == ticket)
                        .map(Action.Reply::result)
                        .toList();
        assertThat(answers).as("answers to ticket " + ticket).hasSizeLessThan(2);
        return answers.stream().findFirst();
    }

    TransitionScript forget() {
        orders.clear();
        return this;
    }

    /// The position of the first such action.
    int place(Predicate<Action> wanted) {
        for (int i = 0; i < orders.size(); i++) {
            if (wanted.test(orders.get(i))) {
                return i;
            }
        }
        throw new AssertionError("not ordered, but these were: " + orders);
    }
}
