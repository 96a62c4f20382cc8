package dev.berth.supervise;

import dev.berth.net.DiagQuery;
import dev.berth.net.Holders;
import dev.berth.net.Protocol;
import dev.berth.net.SockDiag;
import dev.berth.net.SocketRow;
import dev.berth.net.TcpInfo;
import dev.berth.net.TcpState;

import java.io.IOException;
import java.util.Collection;
import java.util.Set;

/// The accepted connections of some processes.
///
/// @param open how many there are
/// @param busy how many of them have a request in work or an answer under way
record Connections(int open, int busy) {
    /// A connection that was quiet for so long, with the answer to the last request sent, is idle.
    private static final int QUIET_MILLIS = 150;

    /// Those that any of `pids` holds, to a local port in `ports`.
    static Connections of(Collection<Integer> pids, Collection<Integer> ports, SockDiag diag)
            throws IOException {
        Set<Long> held = Holders.of(pids).keySet();
        int open = 0;
        int busy = 0;
        for (int port : ports) {
            for (SocketRow row : diag.dump(query(port))) {
                if (held.contains(row.inode())) {
                    open++;
                    busy += busy(row) ? 1 : 0;
                }
            }
        }
        return new Connections(open, busy);
    }

    private static DiagQuery query(int port) {
        return DiagQuery.all(Protocol.TCP)
                .withStates(TcpState.ESTABLISHED, TcpState.CLOSE_WAIT)
                .withLocalPort(port)
                .withTcpInfo();
    }

    /// Unread or unacknowledged bytes, something within the last moments, or a last word that was
    /// the client's.
    static boolean busy(SocketRow row) {
        if (row.receiveQueue() > 0 || row.sendQueue() > 0 || row.info().isEmpty()) {
            return true;
        }
        TcpInfo info = row.info().get();
        int received = info.lastDataRecvMillis();
        int sent = info.lastDataSentMillis();
        return received < QUIET_MILLIS || sent < QUIET_MILLIS || received < sent;
    }
}
