package dev.berth.supervise.adoption;

import dev.berth.net.CommandText;
import dev.berth.net.DiagQuery;
import dev.berth.net.Holder;
import dev.berth.net.Holders;
import dev.berth.net.LowPorts;
import dev.berth.net.ProcessList;
import dev.berth.net.Protocol;
import dev.berth.net.SockDiag;
import dev.berth.net.SocketRow;
import dev.berth.net.TcpState;
import dev.berth.supervise.steering.GroupKey;
import dev.berth.sys.Errno;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.SockAddr;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// Who holds a port, in a phrase: for the sentence about a bind that failed.
final class Occupants {
    private static final int MOST_COMMAND = 100;

    private Occupants() {}

    /// Why `key` could not be bound or listened on, and what to do.
    static String explain(IOException failed, GroupKey key) {
        if (!(failed instanceof ErrnoException known)) {
            return key + ": " + failed.getMessage();
        }
        if (known.is(Errno.EADDRINUSE)) {
            return taken(key);
        }
        if (known.is(Errno.EACCES)) {
            return LowPorts.refused(key.toString(), key.address().port(), key.toString());
        }
        return String.valueOf(known.getMessage());
    }

    private static String taken(GroupKey key) {
        try (SockDiag diag = SockDiag.open()) {
            String who = who(key, diag);
            return who.isEmpty()
                    ? key
                            + " is still in use by a connection of an earlier program, though"
                            + " nobody listens; wait a minute, or take another port"
                    : key + " is taken by " + who + "; stop that, or take another port";
        } catch (IOException unreadable) {
            return key + " is taken; by whom cannot be told: " + unreadable.getMessage();
        }
    }

    /// `pid 1234 (nginx: master process …) on 0.0.0.0:80`; empty if nobody is in the way now.
    private static String who(GroupKey key, SockDiag diag) throws IOException {
        DiagQuery query = DiagQuery.all(key.protocol()).withLocalPort(key.address().port());
        if (key.protocol() == Protocol.TCP) {
            query = query.withStates(TcpState.LISTEN, TcpState.BOUND_INACTIVE);
        }
        List<SocketRow> rows = new ArrayList<>(diag.dump(query));
        rows.removeIf(row -> !overlaps(key, row));
        if (rows.isEmpty()) {
            return "";
        }
        Map<Long, List<Holder>> holders = Holders.everywhere();
        return rows.stream()
                .map(row -> describe(row, holders.getOrDefault(row.inode(), List.of())))
                .distinct()
                .collect(Collectors.joining(", "));
    }

    /// Whether two addresses can be in each other's way; rather once too often.
    private static boolean overlaps(GroupKey key, SocketRow row) {
        SockAddr.Inet a = key.address();
        SockAddr.Inet b = row.local();
        return a.wildcard() || b.wildcard() || Claims.same(a, b);
    }

    static String describe(SocketRow row, List<Holder> holders) {
        if (holders.isEmpty()) {
            return "a process of uid " + row.uid() + " on " + row.local();
        }
        int pid = holders.getFirst().pid();
        String command = CommandText.shortened(ProcessList.command(pid), MOST_COMMAND);
        return "pid " + pid + " (" + command + ") on " + row.local();
    }
}
