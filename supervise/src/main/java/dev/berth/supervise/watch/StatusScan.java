package dev.berth.supervise.watch;

import dev.berth.net.DiagQuery;
import dev.berth.net.ProcessEntry;
import dev.berth.net.Protocol;
import dev.berth.net.SocketLookup;
import dev.berth.net.SocketRow;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.process.KernelTables;
import dev.berth.supervise.process.ProcessTree;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/// What a status needs from the kernel's tables and /proc: a task for a thread other than the
/// owner's.
///
/// @param udpPorts on which datagrams are shared
/// @param workers whose connections are to be counted
/// @param tables are searched
record StatusScan(Set<Integer> udpPorts, List<ScannedWorker> workers, KernelTables tables) {
    StatusScan {
        udpPorts = Set.copyOf(udpPorts);
        workers = List.copyOf(workers);
    }

    /// A worker, and the TCP ports on which it accepts.
    record ScannedWorker(ProcessTree tree, Set<Integer> ports) {
        ScannedWorker {
            ports = Set.copyOf(ports);
        }
    }

    /// What was found; what could not be read is absent.
    ///
    /// @param rows of the listeners, by inode
    record StatusFacts(Map<Long, SocketRow> rows, Map<WorkerId, Integer> connections) {
        /// Nothing found.
        static final StatusFacts NONE = new StatusFacts(Map.of(), Map.of());

        OptionalInt connections(WorkerId worker) {
            Integer count = connections.get(worker);
            return count == null ? OptionalInt.empty() : OptionalInt.of(count);
        }
    }

    StatusFacts scan() throws IOException {
        try (SocketLookup diag = tables.sockets()) {
            return new StatusFacts(rows(diag), connections(diag));
        }
    }

    private Map<Long, SocketRow> rows(SocketLookup diag) throws IOException {
        List<SocketRow> all = new ArrayList<>(diag.dump(DiagQuery.listeners()));
        all.addAll(diag.dump(DiagQuery.all(Protocol.UDP).withMemory(), udpPorts));
        Map<Long, SocketRow> rows = new HashMap<>();
        all.forEach(row -> rows.put(row.inode(), row));
        return rows;
    }

    private Map<WorkerId, Integer> connections(SocketLookup diag) throws IOException {
        Set<Integer> ports = new HashSet<>();
        workers.forEach(worker -> ports.addAll(worker.ports()));
        Map<Integer, Set<Long>> open = WorkerConnections.byPort(ports, diag);
        List<ProcessEntry> processes = tables.processes();
        Map<WorkerId, Integer> counts = new HashMap<>();
        for (ScannedWorker worker : workers) {
            Set<Long> own = new HashSet<>();
            worker.ports().forEach(port -> own.addAll(open.getOrDefault(port, Set.of())));
            if (!own.isEmpty()) {
                own.retainAll(tables.holders(worker.tree().pids(processes)).keySet());
            }
            counts.put(worker.tree().id(), own.size());
        }
        return counts;
    }
}
