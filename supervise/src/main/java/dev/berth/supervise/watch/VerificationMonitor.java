package dev.berth.supervise.watch;

import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.lifecycle.Event;
import dev.berth.supervise.lifecycle.VerificationResult;
import dev.berth.supervise.process.BackgroundExecutor;
import dev.berth.supervise.process.SupervisorResources;
import dev.berth.supervise.process.WorkerProcess;
import dev.berth.supervise.steering.ConnectionSource;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;

/// Checks new workers of a roll, repeatedly, until they have shown that they accept.
public final class VerificationMonitor {
    private static final long SAMPLE_MILLIS = 50;

    /// Limits a check to a tenth of the time.
    private static final long PAUSES = 10;

    /// But not so rarely that a single check decides: a worker has five seconds to prove itself.
    private static final long LONGEST_PAUSE_MILLIS = 500;

    private final SupervisorResources resources;
    private final ConnectionSource source;
    private final AcceptWaitCheck acceptCheck;
    private final Predicate<WorkerProcess> wanted;
    private final Consumer<Event> events;
    private final Map<WorkerId, Watch> watches = new HashMap<>();

    /// A worker that is being watched.
    private static final class Watch {
        private final VerificationCheck check;
        private VerificationResult reported = VerificationResult.NONE;

        /// Whether a scan is in progress; its end begins the next check.
        private boolean looking;

        Watch(VerificationCheck check) {
            this.check = check;
        }
    }

    /// @param wanted whether observations of the worker still matter
    public VerificationMonitor(
            SupervisorResources resources,
            ConnectionSource source,
            AcceptWaitCheck acceptCheck,
            Predicate<WorkerProcess> wanted,
            Consumer<Event> events) {
        this.resources = resources;
        this.source = source;
        this.acceptCheck = acceptCheck;
        this.wanted = wanted;
        this.events = events;
    }

    /// Call this at the moment from which on connections are steered to the worker, and again if a
    /// new check is needed: its result is reported in any case.
    public void watch(WorkerProcess worker) {
        Watch watch =
                watches.computeIfAbsent(
                        worker.id(),
                        _ ->
                                new Watch(
                                        new VerificationCheck(
                                                worker, source, resources, acceptCheck)));
        watch.reported = VerificationResult.NONE;
        // At once, as the first check only asks which threads wait for a connection.
        watch.check.next().after(0, () -> sample(watch));
    }

    private void sample(Watch watch) {
        if (watch.looking || !matters(watch)) {
            return;
        }
        long begun = resources.loop().now();
        Optional<VerificationScan> scan = watch.check.begin();
        if (scan.isEmpty()) {
            sampled(watch, watch.check.finish(Optional.empty(), begun), 0);
            return;
        }
        watch.looking = true;
        resources
                .checkExecutor()
                .submit(
                        () -> look(scan.get()),
                        answer -> {
                            watch.looking = false;
                            looked(watch, begun, answer);
                        });
    }

    private record Look(VerificationScan.Found found, long tookMillis) {}

    /// Run by another thread.
    private Look look(VerificationScan scan) throws IOException {
        long begun = resources.loop().now();
        return new Look(scan.scan(), resources.loop().now() - begun);
    }

    /// Whether observations of the worker still matter; if not, the watch ends.
    private boolean matters(Watch watch) {
        WorkerProcess worker = watch.check.worker();
        if (!watch.equals(watches.get(worker.id()))) {
            return false;
        }
        boolean matters = wanted.test(worker);
        if (!matters) {
            watches.remove(worker.id());
        }
        return matters;
    }

    private void looked(Watch watch, long begun, BackgroundExecutor.TaskResult<Look> answer) {
        if (!matters(watch)) {
            return;
        }
        switch (answer) {
            case BackgroundExecutor.Done<Look>(Look look) ->
                    sampled(
                            watch,
                            watch.check.finish(Optional.of(look.found), begun),
                            look.tookMillis);
            // What cannot be observed does not count against the worker.
            case BackgroundExecutor.Failed<Look> _ ->
                    sampled(watch, VerificationResult.ACCEPTED, 0);
            // A slow machine shows nothing about the worker, neither good nor bad.
            case BackgroundExecutor.TimedOut<Look> _ -> again(watch, 0);
        }
    }

    private void sampled(Watch watch, VerificationResult now, long tookMillis) {
        if (now != watch.reported || now == VerificationResult.UNANSWERED) {
            events.accept(
                    new Event.VerificationSampled(
                            watch.check.worker().id(), now, watch.check.waiting()));
        }
        watch.reported = now;
        again(watch, tookMillis);
    }

    private void again(Watch watch, long tookMillis) {
        watch.check.next().after(pause(tookMillis), () -> sample(watch));
    }

    /// How long to wait after a check that took `tookMillis`.
    static long pause(long tookMillis) {
        return Math.clamp(PAUSES * tookMillis, SAMPLE_MILLIS, LONGEST_PAUSE_MILLIS);
    }
}
