package dev.berth.supervise.watch;

import dev.berth.net.DiagQuery;
import dev.berth.net.Protocol;
import dev.berth.net.SocketLookup;
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
import java.util.stream.Collectors;

/// Counts the open connections of each worker on one address, including those that it has not
/// accepted yet.
///
/// A connection carries the cgroup of the listener that it arrived at. If each worker created its
/// listener in a cgroup of its own, one dump is enough; otherwise the workers' descriptors are
/// searched, which costs much more.
final class ConnectionCounter {
    private static final DiagQuery QUERY =
            DiagQuery.all(Protocol.TCP)
                    .withStates(TcpState.LISTEN, TcpState.ESTABLISHED, TcpState.CLOSE_WAIT);

    private ConnectionCounter() {}

    /// The input for the counts on these addresses: the rows of each port.
    static Map<Integer, List<SocketRow>> rows(SocketLookup diag, Collection<GroupKey> keys)
            throws IOException {
        Set<Integer> ports =
                keys.stream().map(key -> key.address().port()).collect(Collectors.toSet());
        Set<Integer> families =
                keys.stream().map(ConnectionCounter::family).collect(Collectors.toSet());
        DiagQuery query =
                families.size() == 1 ? QUERY.withFamily(families.iterator().next()) : QUERY;
        return diag.dump(query, ports).stream()
                .collect(Collectors.groupingBy(row -> row.local().port()));
    }

    private static int family(GroupKey key) {
        return key.address() instanceof SockAddr.Inet4 ? DiagQuery.INET : DiagQuery.INET6;
    }

    /// The number of connections by worker.
    ///
    /// @param listeners of the group
    /// @param rows on its port
    /// @param byDescriptors counts the connections that a worker has accepted; called only where
    ///   necessary
    static Map<WorkerId, Integer> of(
            Collection<HeldSocket> listeners,
            GroupKey key,
            List<SocketRow> rows,
            ToIntFunction<WorkerId> byDescriptors) {
        int family = family(key);
        Map<Long, Integer> connections = new HashMap<>();
        Map<Long, Long> cgroups = new HashMap<>();
        for (SocketRow row : rows) {
            if (row.family() != family) {
                continue;
            }
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

    /// Whether all listeners of the worker belong to cgroups that no other worker's listener
    /// belongs to.
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
