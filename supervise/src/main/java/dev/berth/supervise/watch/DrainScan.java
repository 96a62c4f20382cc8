package dev.berth.supervise.watch;

import dev.berth.net.DiagQuery;
import dev.berth.net.Protocol;
import dev.berth.net.SocketLookup;
import dev.berth.net.SocketRow;
import dev.berth.net.TcpState;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.process.KernelTables;
import dev.berth.supervise.process.ProcessTree;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/// What the kernel knows about the connections of a draining worker: a task for a thread other than
/// the owner's, because a dump of 20,000 connections takes more than 50 ms.
///
/// @param listeners the workers that the supervisor's sockets belong to, by inode
/// @param tracker is used by one scan at a time
record DrainScan(
        ProcessTree tree,
        Set<Integer> ports,
        Map<Long, WorkerId> listeners,
        Kinds kinds,
        ConnectionTracker tracker,
        KernelTables tables) {
    private static final DiagQuery CONNECTIONS =
            DiagQuery.all(Protocol.TCP)
                    .withStates(TcpState.LISTEN, TcpState.ESTABLISHED, TcpState.CLOSE_WAIT)
                    .withTcpInfo();

    DrainScan {
        ports = Set.copyOf(ports);
        listeners = Map.copyOf(listeners);
    }

    /// What to look for.
    ///
    /// @param handshakes whether to list the handshakes in progress
    /// @param all whether to count all connections, even where one shows that the worker is busy
    record Kinds(boolean handshakes, boolean all) {}

    /// What was found.
    ///
    /// @param handshakes in progress, empty if they were not wanted
    /// @param connections without those that wait
    record Found(Set<String> handshakes, RemainingWork connections) {}

    Found scan() throws IOException {
        try (SocketLookup sockets = tables.sockets()) {
            Set<String> open = kinds.handshakes ? handshakes(ports, sockets) : Set.of();
            List<SocketRow> rows = sockets.dump(CONNECTIONS, ports);
            Set<Long> others = otherCgroups(rows);
            rows.removeIf(row -> row.state() == TcpState.LISTEN || foreign(row, others));
            return new Found(open, tracker.sample(rows, this::held, kinds.all));
        }
    }

    /// The cgroups of other workers' listeners, without those in which the worker has a listener
    /// too: its connections cannot have come from there, as a connection carries the cgroup of the
    /// listener that it arrived at.
    private Set<Long> otherCgroups(List<SocketRow> rows) {
        Set<Long> own = new HashSet<>();
        Set<Long> others = new HashSet<>();
        for (SocketRow row : rows) {
            OptionalLong cgroup = row.details().cgroup();
            WorkerId owner = listeners.get(row.inode());
            if (cgroup.isPresent() && owner != null) {
                (owner.equals(tree.id()) ? own : others).add(cgroup.getAsLong());
            }
        }
        others.removeAll(own);
        return own.isEmpty() ? Set.of() : others;
    }

    private static boolean foreign(SocketRow row, Set<Long> others) {
        OptionalLong cgroup = row.details().cgroup();
        return row.inode() == 0 || cgroup.isPresent() && others.contains(cgroup.getAsLong());
    }

    private Set<Long> held(Set<Long> inodes) {
        Set<Long> own = new HashSet<>(inodes);
        own.retainAll(tables.holders(tree.pids(tables.processes())).keySet());
        return own;
    }

    /// The handshakes in progress on `ports`.
    static Set<String> handshakes(Set<Integer> ports, SocketLookup sockets) throws IOException {
        return WorkerConnections.handshakes(ports, sockets).stream()
                .map(row -> row.local() + " " + row.remote())
                .collect(Collectors.toSet());
    }
}
