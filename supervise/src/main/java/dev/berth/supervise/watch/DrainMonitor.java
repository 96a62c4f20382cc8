package dev.berth.supervise.watch;

import dev.berth.net.SocketLookup;
import dev.berth.supervise.contract.EventSink;
import dev.berth.supervise.contract.Settings;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.lifecycle.Event;
import dev.berth.supervise.process.BackgroundExecutor;
import dev.berth.supervise.process.Freezer;
import dev.berth.supervise.process.SupervisorResources;
import dev.berth.supervise.process.WorkerProcess;
import dev.berth.supervise.steering.ConnectionSource;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;

/// Checks the workers that get no new connections, repeatedly, until they are quiet.
///
/// Between the last check and the stop signal a request may arrive on a kept connection. So the
/// worker is frozen for the last check, and until the signal is sent.
///
/// The owner thread reads the queues and decides; the connections are read by another thread. One
/// look at a worker is in progress at a time.
public final class DrainMonitor implements AutoCloseable {
    private static final long CHECK_MILLIS = 50;

    /// A check may take a tenth of the time: with very many connections it is not cheap.
    private static final long PAUSES = 10;

    /// The same while looking for the first good moment: the sooner the next check, the fewer good
    /// moments of the worker are missed.
    private static final long LATE_CHECK_MILLIS = 20;

    private static final long LATE_PAUSES = 4;

    /// But never so rarely that a drain lasts much longer than it must: on a machine that is short
    /// of CPU a check takes seconds.
    private static final long LONGEST_PAUSE_MILLIS = 2_000;

    private static final long LATE_LONGEST_PAUSE_MILLIS = 200;

    /// When to check again after a check that failed.
    private static final long REPEAT_MILLIS = 500;

    private final SupervisorResources resources;
    private final ConnectionSource source;
    private final EventSink sink;
    private final Settings settings;
    private final Conditions conditions;
    private final Consumer<Event> events;
    private final Map<WorkerId, DrainCheck> checks = new HashMap<>();
    private final Map<WorkerId, Freezer.Frozen> frozen = new HashMap<>();

    /// The supervisor's decisions about a worker.
    ///
    /// @param drains whether it still matters that the worker is quiet
    /// @param stops whether it is stopped when it is quiet
    public record Conditions(Predicate<WorkerProcess> drains, Predicate<WorkerProcess> stops) {}

    public DrainMonitor(
            SupervisorResources resources,
            ConnectionSource source,
            EventSink sink,
            Settings settings,
            Conditions conditions,
            Consumer<Event> events) {
        this.resources = resources;
        this.source = source;
        this.sink = sink;
        this.settings = settings;
        this.conditions = conditions;
        this.events = events;
    }

    /// Call this at the moment from which on the worker gets no new connections.
    public void watch(WorkerProcess worker) {
        DrainCheck check =
                new DrainCheck(worker, source, resources, settings, resources.loop().now());
        checks.put(worker.id(), check);
        noteHandshakes(check);
    }

    private void noteHandshakes(DrainCheck check) {
        Set<Integer> ports = check.handshakePorts();
        resources
                .checkExecutor()
                .submit(
                        () -> handshakes(ports),
                        answer -> noted(check, answer),
                        _ -> repeat(check, this::noteHandshakes));
    }

    /// Run by another thread.
    private Set<String> handshakes(Set<Integer> ports) throws IOException {
        try (SocketLookup sockets = resources.env().tables().sockets()) {
            return DrainScan.handshakes(ports, sockets);
        }
    }

    private void noted(DrainCheck check, BackgroundExecutor.TaskResult<Set<String>> answer) {
        if (!matters(check)) {
            return;
        }
        if (answer instanceof BackgroundExecutor.Done<Set<String>>(Set<String> inProgress)) {
            check.noteHandshakes(inProgress);
            resources.loop().after(CHECK_MILLIS, () -> check(check));
        } else {
            unobserved(check, answer, this::noteHandshakes);
        }
    }

    private void check(DrainCheck check) {
        if (!matters(check)) {
            return;
        }
        long begun = resources.loop().now();
        DrainScan scan = check.begin(begun);
        resources
                .checkExecutor()
                .submit(
                        () -> look(scan),
                        answer -> looked(check, begun, answer),
                        _ -> repeat(check, this::check));
    }

    /// A finished scan.
    ///
    /// @param stopped the worker, if it was frozen for the scan
    /// @param tookMillis the time that the whole check took so far
    ///
    ///   **Ownership:** the receiver closes it.
    private record Look(DrainScan.Found found, Optional<Freezer.Frozen> stopped, long tookMillis) {
        void release() {
            stopped.ifPresent(Freezer.Frozen::close);
        }
    }

    /// Run by another thread.
    private Look look(DrainScan scan) throws IOException {
        long begun = resources.loop().now();
        return new Look(scan.scan(), Optional.empty(), resources.loop().now() - begun);
    }

    /// Whether the check still matters; if not, it ends.
    private boolean matters(DrainCheck check) {
        WorkerId id = check.worker().id();
        if (!check.equals(checks.get(id))) {
            return false;
        }
        boolean drains = conditions.drains.test(check.worker());
        if (!drains) {
            checks.remove(id);
        }
        return drains;
    }

    private void looked(DrainCheck check, long begun, BackgroundExecutor.TaskResult<Look> answer) {
        if (!matters(check)) {
            return;
        }
        if (!(answer instanceof BackgroundExecutor.Done<Look>(Look look))) {
            unobserved(check, answer, this::check);
            return;
        }
        RemainingWork remaining = check.finish(look.found, begun);
        boolean quiet = check.quiet(remaining, begun);
        boolean stops = conditions.stops.test(check.worker());
        if (quiet && (!stops || check.idle())) {
            drained(check);
        } else if (stops && (quiet || check.late(remaining, begun))) {
            lookFrozen(check, begun, look.tookMillis);
        } else {
            checkAgain(check, look.tookMillis);
        }
    }

    private void drained(DrainCheck check) {
        checks.remove(check.worker().id());
        events.accept(new Event.Drained(check.worker().id()));
    }

    private void checkAgain(DrainCheck check, long tookMillis) {
        resources.loop().after(pause(check, tookMillis), () -> check(check));
    }

    /// A check that shows nothing: reported once, and repeated. One that is late still occupies its
    /// thread, so the next one begins when it has ended.
    private <T> void unobserved(
            DrainCheck check, BackgroundExecutor.TaskResult<T> answer, Consumer<DrainCheck> step) {
        if (answer instanceof BackgroundExecutor.Failed<T>(Exception failed)) {
            reportUnobserved(check, String.valueOf(failed.getMessage()));
            repeat(check, step);
        } else {
            reportUnobserved(check, "its connections could not be read in time");
        }
    }

    private void reportUnobserved(DrainCheck check, String why) {
        if (check.firstFailure()) {
            sink.onEvent(
                    "slot "
                            + check.worker().id()
                            + " drains unobserved: "
                            + why
                            + "; checking again until --drain expires");
        }
    }

    private void repeat(DrainCheck check, Consumer<DrainCheck> step) {
        if (!matters(check)) {
            return;
        }
        resources
                .loop()
                .after(
                        REPEAT_MILLIS,
                        () -> {
                            if (matters(check)) {
                                step.accept(check);
                            }
                        });
    }

    private long pause(DrainCheck check, long tookMillis) {
        long now = resources.loop().now();
        if (check.ending(now)) {
            return Math.clamp(
                    LATE_PAUSES * tookMillis, LATE_CHECK_MILLIS, LATE_LONGEST_PAUSE_MILLIS);
        }
        long empty = check.emptyIn(now);
        long wanted = empty == 0 ? CHECK_MILLIS : Math.min(CHECK_MILLIS, empty);
        long pause = Math.clamp(PAUSES * tookMillis, wanted, LONGEST_PAUSE_MILLIS);
        return Math.min(pause, check.endingIn(now));
    }

    /// Looks again while the worker is frozen. The thread that looks also freezes it, which means
    /// to walk through /proc and to wait until all of its processes stand still.
    ///
    /// @param spentMillis on the first look
    private void lookFrozen(DrainCheck check, long begun, long spentMillis) {
        DrainScan scan = check.begin(begun);
        resources
                .checkExecutor()
                .submit(
                        () -> lookFrozen(scan, spentMillis),
                        answer -> lookedFrozen(check, begun, answer),
                        late -> {
                            if (late instanceof BackgroundExecutor.Done<Look>(Look look)) {
                                look.release();
                            }
                            repeat(check, this::check);
                        });
    }

    /// Run by another thread.
    private Look lookFrozen(DrainScan scan, long spentMillis) throws IOException {
        long begun = resources.loop().now();
        Freezer.Frozen stopped = resources.freezer().freeze(scan.tree());
        try {
            DrainScan.Found found = scan.scan();
            long spent = spentMillis + resources.loop().now() - begun;
            return new Look(found, Optional.of(stopped), spent);
        } catch (IOException | RuntimeException | Error failed) {
            stopped.close();
            throw failed;
        }
    }

    private void lookedFrozen(
            DrainCheck check, long begun, BackgroundExecutor.TaskResult<Look> answer) {
        if (answer instanceof BackgroundExecutor.Done<Look>(Look look)) {
            boolean over = false;
            try {
                over = matters(check) && over(check, look, begun);
            } finally {
                if (!over) {
                    look.release();
                }
            }
        } else if (matters(check)) {
            unobserved(check, answer, this::check);
        }
    }

    /// Whether the worker can still be stopped. If so, it stays frozen until the signal is sent; if
    /// not, it runs on.
    private boolean over(DrainCheck check, Look look, long begun) {
        RemainingWork remaining = check.finish(look.found, begun);
        boolean over = check.quiet(remaining, begun) || check.late(remaining, begun);
        if (over) {
            WorkerId id = check.worker().id();
            look.stopped.ifPresent(stopped -> frozen.put(id, stopped));
            report(id, remaining);
            drained(check);
        } else {
            checkAgain(check, look.tookMillis);
        }
        return over;
    }

    /// Call this when the worker is about to be stopped, quiet or not: reports what it leaves
    /// unfinished.
    public void beforeStop(WorkerId id) {
        DrainCheck check = checks.remove(id);
        if (check == null || check.unobserved()) {
            return;
        }
        try {
            report(id, check.unfinished(resources.loop().now()));
        } catch (IOException unreadable) {
            sink.onEvent("slot " + id + " drains unobserved: " + unreadable.getMessage());
        }
    }

    private void report(WorkerId id, RemainingWork remaining) {
        if (!remaining.nothing()) {
            events.accept(new Event.DrainExpired(id, remaining.text()));
        }
    }

    /// Call this after the stop signal was sent: lets the worker run on.
    public void release(WorkerId id) {
        Freezer.Frozen stopped = frozen.remove(id);
        if (stopped != null) {
            stopped.close();
        }
    }

    /// Call this when all decisions have been carried out: lets all workers run on, including those
    /// that were not stopped after all.
    public void release() {
        frozen.values().forEach(Freezer.Frozen::close);
        frozen.clear();
    }

    /// Lets all workers run on.
    @Override
    public void close() {
        checks.clear();
        release();
    }
}
