package dev.berth.supervise.watch;

import dev.berth.supervise.lifecycle.Moment;
import dev.berth.supervise.steering.HeldSocket;
import dev.berth.supervise.steering.TrafficTarget;

import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// Detects listeners from which nobody accepts although the worker has them: because of a hung
/// process, or one whose accepting child died.
///
/// A queue that never shrinks may also be filled as fast as it is emptied. The two differ in
/// whether the same connections wait: they are checked only when a queue has not shrunk for a
/// while, and once more after that.
final class AcceptStallDetector {
    /// A queue that has not shrunk for this long is examined.
    static final long SUSPECT_MILLIS = 1_500;

    /// Connections that have waited for this much longer are not being accepted.
    static final long STALLED_MILLIS = TrafficTarget.STALLED.toMillis() - SUSPECT_MILLIS;

    private final Map<HeldSocket, Suspicion> suspicions = new HashMap<>();

    /// A listener that may be stalled.
    ///
    /// @param noted how long the queue was when `waiting` were the connections that waited on the
    ///   port
    private record Suspicion(int queue, long since, long lookedAt, int noted, Set<Long> waiting) {
        Suspicion now(int length) {
            return new Suspicion(length, since, lookedAt, noted, waiting);
        }
    }

    /// The connections to a port that have not been accepted, by their cookies.
    interface Waiting {
        Set<Long> on(int port) throws IOException;
    }

    /// Forgets all sockets but those in `sockets`.
    void keep(Set<HeldSocket> sockets) {
        suspicions
                .keySet()
                .removeIf(
                        socket -> {
                            boolean gone = !sockets.contains(socket);
                            socket.setStalled(socket.stalled() && !gone);
                            return gone;
                        });
    }

    /// Records the length of the queue of `socket`; sets [HeldSocket#stalled].
    ///
    /// @return whether it has just stalled or recovered
    boolean record(HeldSocket socket, int queue, long now, Waiting waiting) throws IOException {
        Suspicion before = suspicions.get(socket);
        if (queue == 0) {
            suspicions.remove(socket);
            return becomes(socket, false);
        }
        if (before == null || queue < before.queue()) {
            suspicions.put(socket, new Suspicion(queue, now, Moment.NEVER, 0, Set.of()));
            return becomes(socket, false);
        }
        suspicions.put(socket, before.now(queue));
        if (socket.stalled() || now - before.since() < SUSPECT_MILLIS) {
            return false;
        }
        int port = socket.key().address().port();
        if (before.lookedAt() == Moment.NEVER) {
            Set<Long> noted = Set.copyOf(waiting.on(port));
            suspicions.put(socket, new Suspicion(queue, before.since(), now, queue, noted));
            return false;
        }
        return now - before.lookedAt() >= STALLED_MILLIS
                && judge(socket, before, new HashSet<>(waiting.on(port)), now);
    }

    /// The waiting connections may be at any listener of the port, so as many must be left as were
    /// in the suspects' queues.
    private boolean judge(HeldSocket socket, Suspicion before, Set<Long> left, long now) {
        left.retainAll(before.waiting());
        int port = socket.key().address().port();
        int noted =
                suspicions.entrySet().stream()
                        .filter(other -> other.getKey().key().address().port() == port)
                        .mapToInt(other -> other.getValue().noted())
                        .sum();
        if (left.size() >= Math.min(noted, before.waiting().size())) {
            return becomes(socket, true);
        }
        suspicions.put(socket, new Suspicion(before.queue(), now, Moment.NEVER, 0, Set.of()));
        return false;
    }

    private static boolean becomes(HeldSocket socket, boolean stalled) {
        boolean changed = socket.stalled() != stalled;
        socket.setStalled(stalled);
        return changed;
    }
}
