package dev.berth.supervise.watch;

import dev.berth.net.DiagQuery;
import dev.berth.net.Holders;
import dev.berth.net.Protocol;
import dev.berth.net.SockDiag;
import dev.berth.net.SocketRow;
import dev.berth.net.TcpState;

import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The connections of some ports: those of some processes, and the handshakes.
final class Connections {
    private static final DiagQuery OPEN =
            DiagQuery.all(Protocol.TCP).withStates(TcpState.ESTABLISHED, TcpState.CLOSE_WAIT);
    private static final DiagQuery HANDSHAKES =
            DiagQuery.all(Protocol.TCP).withStates(TcpState.SYN_RECV, TcpState.NEW_SYN_RECV);

    private Connections() {}

    /// How many `pids` hold to a local port in `ports`.
    static int open(Collection<Integer> pids, Set<Integer> ports, SockDiag diag)
            throws IOException {
        Set<Long> open = inodes(ports, diag);
        open.retainAll(Holders.of(pids).keySet());
        return open.size();
    }

    /// Those of `pids` on a local port in `ports`, with what the kernel counts of each.
    static List<SocketRow> of(Collection<Integer> pids, Set<Integer> ports, SockDiag diag)
            throws IOException {
        List<SocketRow> found = diag.dump(OPEN.withTcpInfo(), ports);
        // After the dump: one that is accepted in between would count as nobody's.
        Set<Long> held = Holders.of(pids).keySet();
        found.removeIf(row -> !held.contains(row.inode()));
        return found;
    }

    /// All on a local port in `ports`, by inode.
    static Set<Long> inodes(Set<Integer> ports, SockDiag diag) throws IOException {
        Set<Long> inodes = new HashSet<>();
        byPort(ports, diag).values().forEach(inodes::addAll);
        return inodes;
    }

    /// The same, of each port.
    static Map<Integer, Set<Long>> byPort(Set<Integer> ports, SockDiag diag) throws IOException {
        Map<Integer, Set<Long>> inodes = new HashMap<>();
        for (SocketRow row : diag.dump(OPEN, ports)) {
            inodes.computeIfAbsent(row.local().port(), _ -> new HashSet<>()).add(row.inode());
        }
        return inodes;
    }

    /// Those that are still in the handshake on a local port in `ports`.
    static List<SocketRow> handshakes(Set<Integer> ports, SockDiag diag) throws IOException {
        return diag.dump(HANDSHAKES, ports);
    }
}
