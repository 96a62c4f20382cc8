package dev.berth.supervise.watch;

import dev.berth.net.DiagQuery;
import dev.berth.net.Holders;
import dev.berth.net.Protocol;
import dev.berth.net.SocketRow;
import dev.berth.net.TcpState;
import dev.berth.supervise.contract.Settings;
import dev.berth.supervise.lifecycle.Moment;
import dev.berth.supervise.process.SupervisorResources;
import dev.berth.supervise.process.WorkerProcess;
import dev.berth.supervise.steering.DispatcherTarget;
import dev.berth.supervise.steering.HeldSocket;
import dev.berth.supervise.steering.ListenerRegistry;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// Watches a worker that gets no new connections until it can be stopped without losing anything:
/// its queues empty for a while, none of the handshakes left that were in progress when traffic was
/// switched, and every connection idle.
final class DrainCheck {
    private static final long EMPTY_MILLIS = 200;

    /// A handshake takes no longer, unless a packet is lost or TCP_DEFER_ACCEPT waits for the
    /// client's first bytes.
    private static final long HANDSHAKE_MILLIS = 1_000;

    /// Near the end of the drain time, the first moment at which no request is certainly in
    /// progress is good enough: in its last tenth, and at least during this time.
    private static final long LATE_MILLIS = 1_000;

    private static final DiagQuery CONNECTIONS =
            DiagQuery.all(Protocol.TCP)
                    .withStates(TcpState.LISTEN, TcpState.ESTABLISHED, TcpState.CLOSE_WAIT)
                    .withTcpInfo();

    private final WorkerProcess worker;
    private final ListenerRegistry registry;
    private final Optional<DispatcherTarget> dispatcherTarget;
    private final SupervisorResources resources;
    private final Settings settings;
    private final ConnectionTracker tracker;
    private final Set<Integer> ports = new HashSet<>();
    private final Set<String> handshakes = new HashSet<>();
    private final long begun;
    private long emptySince;

    /// Create it when traffic is switched: it notes the handshakes in progress, and whether
    /// connections wait.
    DrainCheck(
            WorkerProcess worker,
            ListenerRegistry registry,
            Optional<DispatcherTarget> dispatcherTarget,
            SupervisorResources resources,
            Settings settings,
            long now)
            throws IOException {
        this.worker = worker;
        this.registry = registry;
        this.dispatcherTarget = dispatcherTarget;
        this.resources = resources;
        this.settings = settings;
        this.tracker = new ConnectionTracker(settings.idle());
        this.begun = now;
        registry.of(worker.id()).stream()
                .map(HeldSocket::key)
                .filter(key -> key.protocol() == Protocol.TCP && !key.own())
                .forEach(key -> ports.add(key.address().port()));
        handshakes.addAll(handshakes());
        // A handshake on a dispatcher's listener belongs to no worker in particular.
        dispatcherTarget.ifPresent(
                d -> d.addresses().forEach(address -> ports.add(address.address().port())));
        emptySince = queued() == 0 ? now : Moment.NEVER;
    }

    WorkerProcess worker() {
        return worker;
    }

    /// What is left to do at `now`.
    RemainingWork sample(long now) throws IOException {
        int queued = queued();
        if (queued > 0) {
            emptySince = Moment.NEVER;
        } else if (emptySince == Moment.NEVER) {
            emptySince = now;
        }
        if (!handshakes.isEmpty()) {
            handshakes.retainAll(handshakes());
        }
        boolean moves = now - begun >= HANDSHAKE_MILLIS && registry.wouldMove(worker.id());
        return connections(ending(now)).waiting(queued, moves ? 0 : handshakes.size());
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
        long drain = settings.drain().toMillis();
        return now - begun >= drain - Math.max(LATE_MILLIS, drain / 10);
    }

    private int queued() {
        List<HeldSocket> sockets = registry.of(worker.id());
        return sockets.stream().mapToInt(socket -> socket.queue().orElse(0)).sum()
                + dispatcherTarget.map(d -> d.notReceived(worker.id())).orElse(0);
    }

    private RemainingWork connections(boolean all) throws IOException {
        List<SocketRow> rows = resources.diag().dump(CONNECTIONS, ports);
        Set<Long> others = OtherWorkersCgroups.others(rows, registry, worker.id());
        rows.removeIf(row -> row.state() == TcpState.LISTEN || foreign(row, others));
        return tracker.sample(rows, this::held, all);
    }

    private static boolean foreign(SocketRow row, Set<Long> others) {
        var cgroup = row.details().cgroup();
        return row.inode() == 0 || cgroup.isPresent() && others.contains(cgroup.getAsLong());
    }

    private Set<Long> held(Set<Long> inodes) {
        Set<Long> own = new HashSet<>(inodes);
        own.retainAll(Holders.of(resources.trees().of(worker)).keySet());
        return own;
    }

    private Set<String> handshakes() throws IOException {
        return WorkerConnections.handshakes(ports, resources.diag()).stream()
                .map(row -> row.local() + " " + row.remote())
                .collect(Collectors.toSet());
    }
}
