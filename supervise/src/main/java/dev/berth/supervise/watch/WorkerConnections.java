package dev.berth.supervise.watch;

import dev.berth.net.DiagQuery;
import dev.berth.net.Protocol;
import dev.berth.net.SocketLookup;
import dev.berth.net.SocketRow;
import dev.berth.net.TcpState;
import dev.berth.supervise.process.KernelTables;

import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The connections on some ports: those of some processes, and the handshakes.
final class WorkerConnections {
    private static final DiagQuery OPEN =
            DiagQuery.all(Protocol.TCP).withStates(TcpState.ESTABLISHED, TcpState.CLOSE_WAIT);
    private static final DiagQuery HANDSHAKES =
            DiagQuery.all(Protocol.TCP).withStates(TcpState.SYN_RECV, TcpState.NEW_SYN_RECV);

    private WorkerConnections() {}

    /// How many connections `pids` hold on a local port in `ports`.
    static int open(
            Collection<Integer> pids, Set<Integer> ports, SocketLookup diag, KernelTables tables)
            throws IOException {
        Set<Long> open = inodes(ports, diag);
        open.retainAll(tables.holders(pids).keySet());
        return open.size();
    }

    /// The connections of `pids` on a local port in `ports`, with the kernel's counters of each.
    static List<SocketRow> of(
            Collection<Integer> pids, Set<Integer> ports, SocketLookup diag, KernelTables tables)
            throws IOException {
        List<SocketRow> found = diag.dump(OPEN.withTcpInfo(), ports);
        // After the dump: a connection accepted in between would otherwise count as nobody's.
        Set<Long> held = tables.holders(pids).keySet();
        found.removeIf(row -> !held.contains(row.inode()));
        return found;
    }

    /// All connections on a local port in `ports`, by inode.
    static Set<Long> inodes(Set<Integer> ports, SocketLookup diag) throws IOException {
        Set<Long> inodes = new HashSet<>();
        byPort(ports, diag).values().forEach(inodes::addAll);
        return inodes;
    }

    /// The same, by port.
    static Map<Integer, Set<Long>> byPort(Set<Integer> ports, SocketLookup diag)
            throws IOException {
        Map<Integer, Set<Long>> inodes = new HashMap<>();
        for (SocketRow row : diag.dump(OPEN, ports)) {
            inodes.computeIfAbsent(row.local().port(), _ -> new HashSet<>()).add(row.inode());
        }
        return inodes;
    }

    /// The connections that are still in the handshake on a local port in `ports`.
    static List<SocketRow> handshakes(Set<Integer> ports, SocketLookup diag) throws IOException {
        return diag.dump(HANDSHAKES, ports);
    }
}
