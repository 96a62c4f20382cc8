package dev.berth.supervise.watch;

import dev.berth.net.DiagQuery;
import dev.berth.net.Protocol;
import dev.berth.net.SockDiag;
import dev.berth.net.SocketRow;
import dev.berth.net.TcpState;
import dev.berth.supervise.lifecycle.Worker;
import dev.berth.supervise.process.LiveWorker;
import dev.berth.supervise.process.ProcessTrees;
import dev.berth.supervise.steering.Dispatched;
import dev.berth.supervise.steering.HeldSocket;
import dev.berth.supervise.steering.SocketRegistry;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Watches a worker that gets nothing new, until it can be told to stop without losing anything:
/// its queues empty for a while, no handshake left of those that were under way at the flip, no
/// connection busy.
final class DrainWatch {
    private static final long EMPTY_MILLIS = 200;

    private final LiveWorker worker;
    private final SocketRegistry registry;
    private final Optional<Dispatched> dispatched;
    private final ProcessTrees trees;
    private final SockDiag diag;
    private final Set<Integer> ports = new HashSet<>();
    private final Set<String> handshakes = new HashSet<>();
    private long emptySince = Worker.NEVER;

    /// Made at the flip: the handshakes under way are noted now.
    DrainWatch(
            LiveWorker worker,
            SocketRegistry registry,
            Optional<Dispatched> dispatched,
            ProcessTrees trees,
            SockDiag diag)
            throws IOException {
        this.worker = worker;
        this.registry = registry;
        this.dispatched = dispatched;
        this.trees = trees;
        this.diag = diag;
        registry.of(worker.id()).stream()
                .map(HeldSocket::key)
                .filter(key -> key.protocol() == Protocol.TCP && !key.own())
                .forEach(key -> ports.add(key.address().port()));
        handshakes.addAll(handshakes());
        // A handshake on a dispatcher's listener is nobody's in particular.
        dispatched.ifPresent(
                d -> d.addresses().forEach(address -> ports.add(address.address().port())));
    }

    boolean quiet(long now) throws IOException {
        if (!queuesEmpty()) {
            emptySince = Worker.NEVER;
            return false;
        }
        if (emptySince == Worker.NEVER) {
            emptySince = now;
        }
        if (!handshakes.isEmpty()) {
            handshakes.retainAll(handshakes());
        }
        return now - emptySince >= EMPTY_MILLIS && handshakes.isEmpty() && idle();
    }

    private boolean queuesEmpty() {
        List<HeldSocket> sockets = registry.of(worker.id());
        return sockets.stream().allMatch(socket -> socket.queue().orElse(0) == 0)
                && dispatched.map(d -> d.untaken(worker.id())).orElse(0) == 0;
    }

    private boolean idle() throws IOException {
        return !Connections.busy(() -> trees.of(worker), ports, diag);
    }

    private Set<String> handshakes() throws IOException {
        Set<String> found = new HashSet<>();
        for (int port : ports) {
            DiagQuery query =
                    DiagQuery.all(Protocol.TCP)
                            .withStates(TcpState.SYN_RECV, TcpState.NEW_SYN_RECV)
                            .withLocalPort(port);
            for (SocketRow row : diag.dump(query)) {
                found.add(row.local() + " " + row.remote());
            }
        }
        return found;
    }
}
