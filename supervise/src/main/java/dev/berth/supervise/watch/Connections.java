package dev.berth.supervise.watch;

import dev.berth.net.DiagQuery;
import dev.berth.net.Holders;
import dev.berth.net.Protocol;
import dev.berth.net.SockDiag;
import dev.berth.net.SocketRow;
import dev.berth.net.TcpState;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The connections of some ports: those of some processes, and the handshakes.
final class Connections {
    private Connections() {}

    /// How many `pids` hold to a local port in `ports`.
    static int open(Collection<Integer> pids, Collection<Integer> ports, SockDiag diag)
            throws IOException {
        Set<Long> open = inodes(ports, diag);
        open.retainAll(Holders.of(pids).keySet());
        return open.size();
    }

    /// Those of `pids` on a local port in `ports`, with what the kernel counts of each.
    static List<SocketRow> of(Collection<Integer> pids, Collection<Integer> ports, SockDiag diag)
            throws IOException {
        Set<Long> held = Holders.of(pids).keySet();
        List<SocketRow> found = new ArrayList<>();
        for (int port : ports) {
            found.addAll(diag.dump(query(port).withTcpInfo()));
        }
        found.removeIf(row -> !held.contains(row.inode()));
        return found;
    }

    /// All on a local port in `ports`, by inode.
    static Set<Long> inodes(Collection<Integer> ports, SockDiag diag) throws IOException {
        Set<Long> inodes = new HashSet<>();
        for (int port : ports) {
            diag.dump(query(port)).forEach(row -> inodes.add(row.inode()));
        }
        return inodes;
    }

    /// Those that are still in the handshake on a local port in `ports`.
    static List<SocketRow> handshakes(Collection<Integer> ports, SockDiag diag) throws IOException {
        List<SocketRow> found = new ArrayList<>();
        for (int port : ports) {
            DiagQuery query =
                    DiagQuery.all(Protocol.TCP)
                            .withStates(TcpState.SYN_RECV, TcpState.NEW_SYN_RECV)
                            .withLocalPort(port);
            found.addAll(diag.dump(query));
        }
        return found;
    }

    private static DiagQuery query(int port) {
        return DiagQuery.all(Protocol.TCP)
                .withStates(TcpState.ESTABLISHED, TcpState.CLOSE_WAIT)
                .withLocalPort(port);
    }
}
