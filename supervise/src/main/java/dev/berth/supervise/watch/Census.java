package dev.berth.supervise.watch;

import dev.berth.net.DiagQuery;
import dev.berth.net.Protocol;
import dev.berth.net.SockDiag;
import dev.berth.net.SocketRow;
import dev.berth.net.TcpState;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.steering.GroupKey;
import dev.berth.supervise.steering.HeldSocket;
import dev.berth.sys.SockAddr;

import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.ToIntFunction;

/// Counts the open connections of each worker on one address, those included that it has not
/// accepted yet.
///
/// A connection carries the cgroup of the listener that it came to. Where each worker made its
/// listener in a cgroup of its own, one dump tells all; else the workers' descriptors are looked
/// through, which costs much more.
final class Census {
    private Census() {}

    /// By worker.
    ///
    /// @param listeners of the group
    /// @param byDescriptors counts those that a worker has accepted; asked only where it must
    static Map<WorkerId, Integer> of(
            Collection<HeldSocket> listeners,
            GroupKey key,
            SockDiag diag,
            ToIntFunction<WorkerId> byDescriptors)
            throws IOException {
        Map<Long, Integer> connections = new HashMap<>();
        Map<Long, Long> cgroups = new HashMap<>();
        for (SocketRow row : diag.dump(query(key))) {
            OptionalLong cgroup = row.details().cgroup();
            if (row.state() == TcpState.LISTEN) {
                cgroup.ifPresent(id -> cgroups.put(row.inode(), id));
            } else {
                cgroup.ifPresent(id -> connections.merge(id, 1, Integer::sum));
            }
        }
        Map<WorkerId, Set<Long>> own = new HashMap<>();
        for (HeldSocket socket : listeners) {
            own.computeIfAbsent(socket.owner(), _ -> new HashSet<>())
                    .add(cgroups.getOrDefault(socket.inode(), 0L));
        }
        Map<WorkerId, Integer> counts = new HashMap<>();
        for (WorkerId worker : own.keySet()) {
            Set<Long> theirs = own.getOrDefault(worker, Set.of());
            int open = theirs.stream().mapToInt(id -> connections.getOrDefault(id, 0)).sum();
            counts.put(
                    worker,
                    alone(worker, own)
                            ? open
                            : byDescriptors.applyAsInt(worker) + waiting(worker, listeners));
        }
        return counts;
    }

    private static DiagQuery query(GroupKey key) {
        boolean four = key.address() instanceof SockAddr.Inet4;
        return DiagQuery.all(Protocol.TCP)
                .withStates(TcpState.LISTEN, TcpState.ESTABLISHED, TcpState.CLOSE_WAIT)
                .withFamily(four ? DiagQuery.INET : DiagQuery.INET6)
                .withLocalPort(key.address().port());
    }

    /// Whether all listeners of the worker are of cgroups that no other worker's is of.
    private static boolean alone(WorkerId worker, Map<WorkerId, Set<Long>> own) {
        Set<Long> cgroups = own.getOrDefault(worker, Set.of());
        return !cgroups.contains(0L)
                && own.entrySet().stream()
                        .filter(other -> !other.getKey().equals(worker))
                        .allMatch(
                                other -> java.util.Collections.disjoint(other.getValue(), cgroups));
    }

    private static int waiting(WorkerId worker, Collection<HeldSocket> listeners) {
        List<HeldSocket> own =
                listeners.stream().filter(socket -> socket.owner().equals(worker)).toList();
        return own.stream().mapToInt(socket -> socket.queue().orElse(0)).sum();
    }
}
