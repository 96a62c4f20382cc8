package dev.berth.supervise.watch;

import dev.berth.net.Holder;
import dev.berth.net.ProcessEntry;
import dev.berth.net.Protocol;
import dev.berth.net.SocketLookup;
import dev.berth.supervise.process.KernelTables;
import dev.berth.supervise.process.ProcessTree;
import dev.berth.supervise.process.SupervisorResources;
import dev.berth.supervise.process.WorkerProcess;
import dev.berth.supervise.steering.ConnectionSource;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The processes of a worker whose first process has ended. In a server that forks for each
/// connection (sshd), they finish their connections after their parent was told to stop.
public final class LeftoverProcesses {
    private final ConnectionSource source;
    private final SupervisorResources resources;

    public LeftoverProcesses(ConnectionSource source, SupervisorResources resources) {
        this.source = source;
        this.resources = resources;
    }

    /// A search for [Scan#unconnected] as things are now; run by a thread other than the owner's.
    public Scan scan(WorkerProcess worker) {
        Set<Integer> ports = new HashSet<>();
        source.registry().of(worker.id()).stream()
                .filter(socket -> socket.key().protocol() == Protocol.TCP)
                .forEach(socket -> ports.add(socket.key().address().port()));
        source.dispatcherTarget()
                .ifPresent(
                        d -> d.addresses().forEach(address -> ports.add(address.address().port())));
        return new Scan(resources.trees().tree(worker), ports, resources.env().tables());
    }

    /// A search among the processes of one worker.
    public record Scan(ProcessTree tree, Set<Integer> ports, KernelTables tables) {
        /// The processes among `all` that neither hold a connection nor are related to one that
        /// does: its parents and their descendants, such as a session's shell. All, if the
        /// connections cannot be read.
        public Set<Integer> unconnected(List<ProcessEntry> all) {
            Set<Integer> pids = new HashSet<>(tree.pids(all));
            pids.removeAll(families(connected(pids), pids, all));
            return pids;
        }

        private Set<Integer> connected(Set<Integer> pids) {
            if (pids.isEmpty()) {
                return Set.of();
            }
            try (SocketLookup sockets = tables.sockets()) {
                Map<Long, List<Holder>> held = tables.holders(pids);
                held.keySet().retainAll(WorkerConnections.inodes(ports, sockets));
                Set<Integer> connected = new HashSet<>();
                held.values().forEach(all -> all.forEach(holder -> connected.add(holder.pid())));
                return connected;
            } catch (IOException unreadable) {
                return Set.of();
            }
        }
    }

    /// `members` of `pids` with all that are related to them within `pids`.
    static Set<Integer> families(
            Collection<Integer> members, Set<Integer> pids, List<ProcessEntry> all) {
        Map<Integer, Set<Integer>> related = new HashMap<>();
        for (ProcessEntry entry : all) {
            if (pids.contains(entry.pid()) && pids.contains(entry.parent())) {
                related.computeIfAbsent(entry.pid(), _ -> new HashSet<>()).add(entry.parent());
                related.computeIfAbsent(entry.parent(), _ -> new HashSet<>()).add(entry.pid());
            }
        }
        Set<Integer> found = new HashSet<>();
        Deque<Integer> next = new ArrayDeque<>(members);
        while (!next.isEmpty()) {
            int pid = next.remove();
            if (found.add(pid)) {
                next.addAll(related.getOrDefault(pid, Set.of()));
            }
        }
        return found;
    }
}
