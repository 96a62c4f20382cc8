package dev.berth.supervise.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.Settings;
import dev.berth.supervise.contract.SettingsVariants;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.sys.ExitStatus;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collector;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Draws the worker table from what it does in many situations, and compares the drawing with the
/// one in the documentation.
class WorkerTableTest {
    private static final Path PAGE = Path.of("..", "docs", "architecture.md");
    private static final String BEGIN = "<!-- worker table: begin -->\n";
    private static final String END = "<!-- worker table: end -->\n";

    private static final long NOW = 100_000;
    private static final long SINCE = 99_000;
    private static final WorkerId PREDECESSOR = new WorkerId(0, 2);
    private static final WorkerId ID = new WorkerId(0, 3);
    private static final WorkerId SUCCESSOR = new WorkerId(0, 4);

    /// Something that happens to a worker.
    private interface Cause {
        WorkerOutcome apply(TransitionStep step, Worker worker, Involvement involvement);

        static Cause of(Event.OfWorker event) {
            return (step, worker, involvement) ->
                    WorkerTable.apply(step, worker, event, involvement);
        }
    }

    private static final Map<WorkerId, Map<String, List<Cause>>> ROWS =
            Map.of(ID, rows(ID), SUCCESSOR, rows(SUCCESSOR));

    /// The results that a cell can have: phases, `gone`, or `stays` if it only does something.
    private final Map<String, Map<Phase, SortedSet<String>>> cells = new LinkedHashMap<>();

    /// From phase to phase, and the events that cause it.
    private final Map<String, SortedSet<String>> moves = new TreeMap<>();

    private static Map<String, List<Cause>> rows(WorkerId id) {
        Map<String, List<Cause>> rows = new LinkedHashMap<>();
        rows.put("Spawned", List.of(Cause.of(new Event.Spawned(id, 77))));
        rows.put("SpawnFailed", List.of(Cause.of(new Event.SpawnFailed(id, "no such file"))));
        rows.put("Listening", List.of(Cause.of(new Event.Listening(id))));
        rows.put("Incomplete", List.of(Cause.of(new Event.Incomplete(id, "lacks", true))));
        rows.put("Announced", List.of(Cause.of(new Event.Announced(id))));
        rows.put(
                "Checked",
                Stream.of(ListenState.values())
                        .map(listenState -> Cause.of(new Event.Checked(id, listenState)))
                        .toList());
        rows.put(
                "Inspected",
                Stream.of(true, false)
                        .map(listens -> Cause.of(new Event.Inspected(id, listens, "sleeps")))
                        .toList());
        rows.put(
                "VerificationSampled",
                Stream.of(VerificationResult.values())
                        .map(result -> Cause.of(new Event.VerificationSampled(id, result, "")))
                        .toList());
        rows.put("ListenerLost", List.of(Cause.of(new Event.ListenerLost(id, "lost"))));
        rows.put("Drained", List.of(Cause.of(new Event.Drained(id))));
        rows.put("DrainExpired", List.of(Cause.of(new Event.DrainExpired(id, "3 connections"))));
        rows.put(
                "Exited",
                List.of(
                        Cause.of(new Event.Exited(id, ExitStatus.exited(3), 0, "", false)),
                        Cause.of(new Event.Exited(id, ExitStatus.exited(0), 0, "", true))));
        rows.put("phase overdue", List.of((step, worker, _) -> WorkerTable.overdue(step, worker)));
        rows.put(
                "verification overdue",
                List.of((step, worker, _) -> WorkerTable.verificationOverdue(step, worker)));
        rows.put(
                "vacate order",
                List.of(
                        (step, worker, _) -> {
                            WorkerMoves.vacate(step, step.slot(worker.id().slot()));
                            return WorkerOutcome.NONE;
                        }));
        rows.put(
                "kill order",
                List.of(
                        (step, worker, _) -> {
                            WorkerMoves.kill(step, worker);
                            return WorkerOutcome.NONE;
                        }));
        return rows;
    }

    private static List<Settings> settings() {
        Settings usual = SettingsVariants.withSlowStart(Duration.ofSeconds(3));
        return Stream.of(Settings.Ready.values())
                .map(ready -> SettingsVariants.withReady(usual, ready))
                .toList();
    }

    /// Workers in this phase: in time, late, settled, with something missing, told to stop for a
    /// reason, to be verified.
    private static List<Worker> workers(WorkerId id, Phase phase) {
        List<Worker> workers = new ArrayList<>();
        for (long startBy : List.of(NOW + 50_000, NOW - 1)) {
            for (long deadline : List.of(NOW, NOW + 60_000, Moment.NEVER)) {
                for (boolean announced : List.of(false, true)) {
                    Worker worker =
                            new Worker(
                                    id,
                                    phase,
                                    TransitionScript.OLD,
                                    42,
                                    new Worker.Times(SINCE, deadline, startBy),
                                    announced);
                    workers.add(worker);
                    workers.add(worker.withReason(Optional.of("reason")));
                    if (phase == Phase.READY) {
                        workers.add(worker.withVerification(Verification.begun(NOW + 5_000)));
                        workers.add(worker.withVerification(unanswered()));
                        workers.add(worker.withVerification(awaiting()));
                    }
                }
            }
        }
        return workers;
    }

    /// Those of them that are neither late nor announced, and have no reason.
    private static List<Worker> inTime(WorkerId id, Phase phase) {
        return workers(id, phase).stream()
                .filter(worker -> worker.startBy() > NOW && worker.deadline() > NOW)
                .filter(worker -> !worker.announced() && worker.reason().isEmpty())
                .toList();
    }

    private static Verification unanswered() {
        Verification verification = Verification.begun(NOW);
        for (int sample = 0; sample < 5; sample++) {
            verification = verification.seen(VerificationResult.UNANSWERED, NOW, "4 wait", NOW);
        }
        return verification;
    }

    private static Verification awaiting() {
        return Verification.begun(NOW).seen(VerificationResult.AWAITING, Moment.NEVER, "", NOW);
    }

    private static boolean possible(Worker worker, Worker other) {
        boolean candidates = worker.phase().candidate() && other.phase().candidate();
        boolean both = worker.phase() == Phase.READY && other.phase() == Phase.READY;
        boolean order = worker.id().compareTo(other.id()) < 0;
        Worker older = order ? worker : other;
        Worker newer = order ? other : worker;
        return !candidates
                && !both
                && !(older.phase().candidate() && newer.phase() != Phase.KILLED);
    }

    private static ServiceState state(Settings settings, List<Worker> workers) {
        RestartHistory history = new RestartHistory(0, 0, Moment.NEVER, true, "");
        Slot slot = new Slot(0, Slot.Goal.RUN, 4, TransitionScript.OLD, workers, SINCE, history);
        return new ServiceState(
                settings,
                TransitionScript.OLD,
                List.of(slot),
                0,
                Map.of(),
                new Traffic(new Policy.Hash(), List.of(), false, Admission.WAIT, Moment.NEVER),
                List.of());
    }

    private void explore() {
        for (Phase phase : Phase.values()) {
            for (Settings settings : settings()) {
                for (Worker worker : workers(ID, phase)) {
                    alone(state(settings, List.of(worker)), worker);
                }
            }
            for (Worker worker : inTime(ID, phase)) {
                for (WorkerId other : List.of(PREDECESSOR, SUCCESSOR)) {
                    Stream.of(Phase.values())
                            .flatMap(next -> inTime(other, next).stream())
                            .filter(next -> possible(worker, next))
                            .forEach(next -> pair(settings().getFirst(), worker, next));
                }
            }
        }
    }

    private void alone(ServiceState state, Worker worker) {
        ROWS.get(worker.id()).forEach((name, causes) -> own(state, worker, name, causes));
    }

    private void pair(Settings settings, Worker worker, Worker other) {
        ServiceState state = state(settings, List.of(worker, other));
        alone(state, worker);
        if (other.id().equals(SUCCESSOR)) {
            rows(other.id()).forEach((name, causes) -> others(state, worker, other, name, causes));
        }
    }

    /// What the cell does with its own worker.
    private void own(ServiceState state, Worker worker, String name, List<Cause> causes) {
        SortedSet<String> results =
                cells.computeIfAbsent(name, _ -> new TreeMap<>())
                        .computeIfAbsent(worker.phase(), _ -> new TreeSet<>());
        for (Cause cause : causes) {
            for (Involvement involvement : Involvement.values()) {
                TransitionStep step = new TransitionStep(state, NOW);
                WorkerOutcome outcome = cause.apply(step, worker, involvement);
                boolean nothing =
                        step.state().equals(state)
                                && step.actions().isEmpty()
                                && outcome.equals(WorkerOutcome.NONE);
                if (!nothing) {
                    String next = phase(step, worker.id());
                    boolean stays = next.equals(word(worker.phase()));
                    results.add(stays ? "stays" : next);
                    if (!stays) {
                        move(worker.phase(), next, name);
                    }
                }
            }
        }
    }

    /// What the cell of its successor does with a worker.
    private void others(
            ServiceState state, Worker worker, Worker other, String name, List<Cause> causes) {
        boolean impossible = name.equals("SpawnFailed") && !other.phase().candidate();
        if (name.endsWith("order") || impossible) {
            return;
        }
        for (Cause cause : causes) {
            for (Involvement involvement : Involvement.values()) {
                TransitionStep step = new TransitionStep(state, NOW);
                OldWorkerStop.stopDrained(step);
                if (!step.state().equals(state)) {
                    return;
                }
                cause.apply(step, other, involvement);
                OldWorkerStop.stopDrained(step);
                String next = phase(step, worker.id());
                if (!next.equals(word(worker.phase()))) {
                    move(worker.phase(), next, "successor " + name);
                }
            }
        }
    }

    private void move(Phase from, String to, String cause) {
        moves.computeIfAbsent(word(from) + " --> " + to, _ -> new TreeSet<>()).add(cause);
    }

    private static String phase(TransitionStep step, WorkerId id) {
        return step.state().worker(id).map(worker -> word(worker.phase())).orElse("gone");
    }

    private static String word(Phase phase) {
        return phase.name().toLowerCase(Locale.ROOT);
    }

    private String drawing() {
        StringBuilder page = new StringBuilder("\n| event | ");
        page.append(Stream.of(Phase.values()).map(WorkerTableTest::word).collect(joined()));
        page.append(" |\n|").append(" --- |".repeat(Phase.values().length + 1)).append('\n');
        cells.forEach(
                (name, row) ->
                        page.append("| ")
                                .append(name)
                                .append(" | ")
                                .append(
                                        row.values().stream()
                                                .map(WorkerTableTest::cell)
                                                .collect(joined()))
                                .append(" |\n"));
        page.append("\n```mermaid\nstateDiagram-v2\n    [*] --> starting\n");
        moves.forEach(
                (move, causes) ->
                        page.append("    ")
                                .append(move.replace("gone", "[*]"))
                                .append(": ")
                                .append(String.join(", ", causes))
                                .append('\n'));
        return page.append("```\n\n").toString();
    }

    private static Collector<CharSequence, ?, String> joined() {
        return Collectors.joining(" | ");
    }

    private static String cell(SortedSet<String> results) {
        return results.isEmpty() ? "–" : String.join(", ", results);
    }

    @Test
    void theDrawingInTheDocumentationIsThatOfTheTable() throws IOException {
        explore();

        String page = Files.readString(PAGE);
        int begin = page.indexOf(BEGIN) + BEGIN.length();
        int end = page.indexOf(END);
        assertThat(page.substring(begin, end)).isEqualTo(drawing());
    }
}
