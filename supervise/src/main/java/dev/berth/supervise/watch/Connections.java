package dev.berth.supervise.watch;

import dev.berth.net.DiagQuery;
import dev.berth.net.Holders;
import dev.berth.net.Protocol;
import dev.berth.net.SockDiag;
import dev.berth.net.TcpState;

import java.io.IOException;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/// The accepted connections of some processes.
final class Connections {
    private Connections() {}

    /// How many `pids` hold to a local port in `ports`.
    static int open(Collection<Integer> pids, Collection<Integer> ports, SockDiag diag)
            throws IOException {
        Set<Long> open = inodes(ports, diag);
        open.retainAll(Holders.of(pids).keySet());
        return open.size();
    }

    /// All on a local port in `ports`, by inode.
    static Set<Long> inodes(Collection<Integer> ports, SockDiag diag) throws IOException {
        Set<Long> inodes = new HashSet<>();
        for (int port : ports) {
            diag.dump(query(port)).forEach(row -> inodes.add(row.inode()));
        }
        return inodes;
    }

    private static DiagQuery query(int port) {
        return DiagQuery.all(Protocol.TCP)
                .withStates(TcpState.ESTABLISHED, TcpState.CLOSE_WAIT)
                .withLocalPort(port);
    }
}
