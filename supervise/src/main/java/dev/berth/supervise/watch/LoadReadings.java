package dev.berth.supervise.watch;

import dev.berth.net.SocketRow;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.process.SupervisorResources;
import dev.berth.supervise.process.WorkerProcess;
import dev.berth.supervise.steering.GroupKey;
import dev.berth.supervise.steering.HeldSocket;
import dev.berth.supervise.steering.LoadedGroups;
import dev.berth.sys.Processes;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/// What a [LoadSampler] reads from the kernel, apart from the counters of the groups.
interface LoadReadings {
    /// Whether a child is stopped by a signal.
    boolean anyStopped();

    /// Whether the accepting process of `socket` is stopped.
    boolean stopped(HeldSocket socket);

    /// The open connections of each worker, for each of these groups.
    List<Map<WorkerId, Integer>> connections(List<LoadedGroups.Group> groups) throws IOException;

    /// The readings of the running kernel.
    ///
    /// @param complaints is passed why connections cannot be counted
    record Kernel(
            SupervisorResources resources,
            Map<WorkerId, WorkerProcess> live,
            Consumer<String> complaints)
            implements LoadReadings {
        @Override
        public boolean anyStopped() {
            return Processes.anyStopped();
        }

        /// For a process other than the worker's first, its queue shows that.
        @Override
        public boolean stopped(HeldSocket socket) {
            WorkerProcess worker = live.get(socket.owner());
            return worker != null
                    && socket.holder().filter(holder -> holder.pid() != worker.pid()).isEmpty()
                    && Processes.stopped(worker.pid());
        }

        @Override
        public List<Map<WorkerId, Integer>> connections(List<LoadedGroups.Group> groups)
                throws IOException {
            List<GroupKey> keys = groups.stream().map(LoadedGroups.Group::key).toList();
            Map<Integer, List<SocketRow>> rows = ConnectionCounter.rows(resources.diag(), keys);
            List<Map<WorkerId, Integer>> counts = new ArrayList<>();
            for (LoadedGroups.Group group : groups) {
                int port = group.key().address().port();
                counts.add(
                        ConnectionCounter.of(
                                group.listeners(),
                                group.key(),
                                rows.getOrDefault(port, List.of()),
                                worker -> accepted(worker, port)));
            }
            return counts;
        }

        private int accepted(WorkerId id, int port) {
            WorkerProcess worker = live.get(id);
            if (worker == null) {
                return 0;
            }
            try {
                Set<Integer> pids = resources.trees().of(worker);
                return WorkerConnections.open(
                        pids, Set.of(port), resources.diag(), resources.env().tables());
            } catch (IOException unreadable) {
                complaints.accept(String.valueOf(unreadable.getMessage()));
                return 0;
            }
        }
    }
}
