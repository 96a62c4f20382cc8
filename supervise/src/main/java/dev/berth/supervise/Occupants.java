package dev.berth.supervise;

import dev.berth.net.DiagQuery;
import dev.berth.net.Holder;
import dev.berth.net.Holders;
import dev.berth.net.ProcessList;
import dev.berth.net.Protocol;
import dev.berth.net.SockDiag;
import dev.berth.net.SocketRow;
import dev.berth.net.TcpState;
import dev.berth.sys.SockAddr;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// Who holds a port, in a phrase: for the sentence about a bind that failed.
final class Occupants {
    private Occupants() {}

    /// `pid 1234 (nginx: master process …)`, or what else can be said; never empty.
    static String describe(Protocol protocol, SockAddr.Inet address) {
        try (SockDiag diag = SockDiag.open()) {
            DiagQuery query = DiagQuery.all(protocol).withLocalPort(address.port());
            if (protocol == Protocol.TCP) {
                query = query.withStates(TcpState.LISTEN, TcpState.BOUND_INACTIVE);
            }
            List<SocketRow> rows = diag.dump(query);
            if (rows.isEmpty()) {
                return "no listener: a connection from or to that port is still open";
            }
            Map<Long, List<Holder>> holders = Holders.everywhere();
            return rows.stream()
                    .map(row -> describe(row, holders.getOrDefault(row.inode(), List.of())))
                    .distinct()
                    .collect(Collectors.joining(", "));
        } catch (IOException unreadable) {
            return "a process that cannot be told from here (" + unreadable.getMessage() + ")";
        }
    }

    private static String describe(SocketRow row, List<Holder> holders) {
        if (holders.isEmpty()) {
            return "a process of uid " + row.uid() + " on " + row.local();
        }
        int pid = holders.getFirst().pid();
        return "pid " + pid + " (" + ProcessList.command(pid) + ") on " + row.local();
    }
}
