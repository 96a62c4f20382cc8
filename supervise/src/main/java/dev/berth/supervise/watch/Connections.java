package dev.berth.supervise.watch;

import dev.berth.net.DiagQuery;
import dev.berth.net.Holders;
import dev.berth.net.Protocol;
import dev.berth.net.SockDiag;
import dev.berth.net.SocketRow;
import dev.berth.net.TcpInfo;
import dev.berth.net.TcpState;

import java.io.IOException;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;

/// The accepted connections of some processes.
final class Connections {
    /// A connection that was quiet for so long, with the answer to the last request sent, is idle.
    private static final int QUIET_MILLIS = 150;

    /// The kernel counts in ticks of up to 10 ms, so who had the last word cannot be told if the
    /// client followed up at once on an answer that came at once. Most requests do not take this
    /// long.
    private static final int UNSURE_MILLIS = 1_000;

    private Connections() {}

    /// How many `pids` hold to a local port in `ports`.
    static int open(Collection<Integer> pids, Collection<Integer> ports, SockDiag diag)
            throws IOException {
        Set<Long> open = inodes(ports, diag, row -> true);
        open.retainAll(Holders.of(pids).keySet());
        return open.size();
    }

    /// Whether one of those that `pids` hold has a request in work or an answer under way.
    ///
    /// @param pids asked only if any connection to these ports is busy
    static boolean busy(
            Supplier<Collection<Integer>> pids, Collection<Integer> ports, SockDiag diag)
            throws IOException {
        Set<Long> busy = inodes(ports, diag, Connections::busy);
        return !busy.isEmpty() && !Collections.disjoint(busy, Holders.of(pids.get()).keySet());
    }

    private static Set<Long> inodes(
            Collection<Integer> ports, SockDiag diag, Predicate<SocketRow> wanted)
            throws IOException {
        Set<Long> inodes = new HashSet<>();
        for (int port : ports) {
            diag.dump(query(port)).stream().filter(wanted).forEach(row -> inodes.add(row.inode()));
        }
        return inodes;
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
        int quiet = received == sent && info.bytesReceived() > 0 ? UNSURE_MILLIS : QUIET_MILLIS;
        return received < sent || Math.min(received, sent) < quiet;
    }
}
