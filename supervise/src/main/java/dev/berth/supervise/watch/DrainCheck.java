package dev.berth.supervise.watch;

import dev.berth.net.Protocol;
import dev.berth.supervise.contract.Settings;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.lifecycle.Moment;
import dev.berth.supervise.process.SupervisorResources;
import dev.berth.supervise.process.WorkerProcess;
import dev.berth.supervise.steering.ConnectionSource;
import dev.berth.supervise.steering.HeldSocket;

import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Watches a worker that gets no new connections until it can be stopped without losing anything:
/// its queues empty for a while, none of the handshakes left that were in progress when traffic was
/// switched, and every connection idle.
///
/// The queues are read on the owner thread; the connections by a [DrainScan], on another.
final class DrainCheck {
    private static final long EMPTY_MILLIS = 200;

    /// A handshake takes no longer, unless a packet is lost or TCP_DEFER_ACCEPT waits for the
    /// client's first bytes.
    private static final long HANDSHAKE_MILLIS = 1_000;

    /// Near the end of the drain time, the first moment at which no request is certainly in
    /// progress is good enough: in its last tenth, and at least during this time.
    private static final long LATE_MILLIS = 1_000;

    private final WorkerProcess worker;
    private final ConnectionSource source;
    private final SupervisorResources resources;
    private final Settings settings;
    private final ConnectionTracker tracker;
    private final Set<Integer> ports = new HashSet<>();
    private final Set<Integer> handshakePorts;
    private final Set<String> handshakes = new HashSet<>();
    private final long begun;
    private boolean noted;
    private boolean failed;
    private long emptySince;
    private Optional<RemainingWork> last = Optional.empty();

    /// Create it when traffic is switched: it notes whether connections wait. [#noteHandshakes] is
    /// to follow at once.
    DrainCheck(
            WorkerProcess worker,
            ConnectionSource source,
            SupervisorResources resources,
            Settings settings,
            long now) {
        this.worker = worker;
        this.source = source;
        this.resources = resources;
        this.settings = settings;
        this.tracker = new ConnectionTracker(settings.timeouts().idle());
        this.begun = now;
        source.registry().of(worker.id()).stream()
                .map(HeldSocket::key)
                .filter(key -> key.protocol() == Protocol.TCP && !key.own())
                .forEach(key -> ports.add(key.address().port()));
        // A handshake on a dispatcher's listener belongs to no worker in particular.
        handshakePorts = Set.copyOf(ports);
        source.dispatcherTarget()
                .ifPresent(
                        d -> d.addresses().forEach(address -> ports.add(address.address().port())));
        emptySince = Moment.NEVER;
        recordQueues(now);
    }

    WorkerProcess worker() {
        return worker;
    }

    /// The ports with handshakes that may become connections of the worker.
    Set<Integer> handshakePorts() {
        return handshakePorts;
    }

    /// Notes the handshakes in progress. Those that have ended since the switch are connections by
    /// now, or gone.
    void noteHandshakes(Set<String> inProgress) {
        noted = true;
        handshakes.addAll(inProgress);
    }

    /// Notes that a look failed. Returns whether it was the first.
    boolean firstFailure() {
        boolean first = !failed;
        failed = true;
        return first;
    }

    /// Whether no look has succeeded, though one was tried.
    boolean unobserved() {
        return failed && last.isEmpty();
    }

    /// Begins a look at `now`: reads the queues, and returns the scan for the rest. [#finish]
    /// completes it; only then may the next one begin.
    DrainScan begin(long now) {
        recordQueues(now);
        return scan(now, tracker);
    }

    private DrainScan scan(long now, ConnectionTracker with) {
        Map<Long, WorkerId> listeners = new HashMap<>();
        source.registry().all().forEach(socket -> listeners.put(socket.inode(), socket.owner()));
        return new DrainScan(
                resources.trees().tree(worker),
                ports,
                listeners,
                new DrainScan.Kinds(listsHandshakes(), ending(now)),
                with,
                resources.env().tables());
    }

    private boolean listsHandshakes() {
        return noted ? !handshakes.isEmpty() : !handshakePorts.isEmpty();
    }

    /// What was left to do at `now`, when the look began. Reads the queues once more: a connection
    /// may have got there since.
    RemainingWork finish(DrainScan.Found found, long now) {
        int queued = recordQueues(now);
        handshakes.retainAll(found.handshakes());
        boolean moves = now - begun >= HANDSHAKE_MILLIS && source.registry().wouldMove(worker.id());
        RemainingWork remaining =
                found.connections().waiting(queued, moves ? 0 : handshakes.size());
        last = Optional.of(remaining);
        return remaining;
    }

    /// What the worker leaves unfinished if it is stopped at `now`, according to the last look. If
    /// there was none, takes one on this thread.
    RemainingWork unfinished(long now) throws IOException {
        if (last.isEmpty()) {
            DrainScan.Found found =
                    scan(now, new ConnectionTracker(settings.timeouts().idle())).scan();
            if (!noted) {
                noteHandshakes(found.handshakes());
            }
            return finish(found, now);
        }
        return last.get().waiting(recordQueues(now), last.get().handshakes());
    }

    private int recordQueues(long now) {
        int queued = queued();
        if (queued > 0) {
            emptySince = Moment.NEVER;
        } else if (emptySince == Moment.NEVER) {
            emptySince = now;
        }
        return queued;
    }

    /// Whether at the last check there was no client that could still send a request.
    boolean idle() {
        return tracker.idle();
    }

    /// Whether nothing is lost if the worker is stopped now, given what is `left`.
    boolean quiet(RemainingWork remaining, long now) {
        return remaining.nothing() && now - emptySince >= EMPTY_MILLIS;
    }

    /// In how many milliseconds the queues will have been empty for long enough, if nothing
    /// arrives.
    long emptyIn(long now) {
        long since = emptySince == Moment.NEVER ? now : emptySince;
        return Math.max(0, since + EMPTY_MILLIS - now);
    }

    /// Whether the time is nearly over and nothing that is left would certainly be lost now.
    boolean late(RemainingWork remaining, long now) {
        return ending(now) && !remaining.certain();
    }

    /// Whether the time that a drain may take is nearly over.
    boolean ending(long now) {
        return endingIn(now) <= 0;
    }

    /// In how many milliseconds that will be so; negative if it is.
    long endingIn(long now) {
        long drain = settings.timeouts().drain().toMillis();
        return begun + drain - Math.max(LATE_MILLIS, drain / 10) - now;
    }

    private int queued() {
        List<HeldSocket> sockets = source.registry().of(worker.id());
        return sockets.stream().mapToInt(socket -> socket.queue().orElse(0)).sum()
                + source.dispatcherTarget().map(d -> d.notReceived(worker.id())).orElse(0);
    }
}
