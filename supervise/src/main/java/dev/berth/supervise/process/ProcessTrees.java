package dev.berth.supervise.process;

import dev.berth.net.ProcessEntry;
import dev.berth.net.ProcessList;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.sys.Pidfds;
import dev.berth.sys.Signal;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The processes of each worker: its first one and all processes that it started, including those
/// whose parent has ended ([ReparentedProcesses]).
public final class ProcessTrees {
    private final Optional<Cgroup> cgroup;
    private final ReparentedProcesses reparented;
    private final KernelTables tables;

    ProcessTrees(Optional<Cgroup> cgroup, ReparentedProcesses reparented, KernelTables tables) {
        this.tables = tables;
        this.cgroup = cgroup;
        this.reparented = reparented;
    }

    /// The live processes of `worker`, including its first one. Walks through /proc.
    public Set<Integer> of(WorkerProcess worker) {
        return tree(worker).pids(tables.processes());
    }

    /// What determines the worker's processes, as known now; may be used from any thread.
    public ProcessTree tree(WorkerProcess worker) {
        return new ProcessTree(
                worker.id(), worker.pid(), worker.startTicks(), reparented.of(worker.id()), cgroup);
    }

    /// The root processes of the workers' processes, for [ProcessAncestry].
    public Map<Integer, WorkerId> roots(Collection<WorkerProcess> workers) {
        Map<Integer, WorkerId> roots = new HashMap<>();
        for (WorkerProcess worker : workers) {
            reparented.of(worker.id()).forEach(pid -> roots.put(pid, worker.id()));
            roots.put(worker.pid(), worker.id());
        }
        return roots;
    }

    /// Whether a process belongs to the worker, by a few reads of /proc: it descends from a known
    /// process of the worker, is in the session of the worker's first process, or in its cgroup. A
    /// process that has ended belongs to no worker.
    public boolean owns(WorkerProcess worker, int pid) {
        Optional<ProcessEntry> entry = ProcessList.of(pid);
        return entry.isPresent()
                && (entry.get().session() == worker.pid()
                        || new ProcessAncestry(roots(List.of(worker))).worker(pid).isPresent()
                        || cgroup.filter(group -> group.pids(worker.id()).contains(pid))
                                .isPresent());
    }

    /// Kills every process of the worker. Walks through /proc.
    public void kill(WorkerProcess worker) {
        killKnown(worker);
        kill(worker, tables.processes());
    }

    /// Kills the worker's first process and all that are in its cgroup.
    public void killKnown(WorkerProcess worker) {
        cgroup.ifPresent(group -> group.kill(worker.id()));
        if (!worker.ended()) {
            // It would not count as alive if only its first thread has ended.
            Pidfds.pidfdSendSignal(worker.pidfd().number(), Signal.KILL.number());
        }
    }

    /// Kills every process of the worker among `all`.
    public void kill(WorkerProcess worker, List<ProcessEntry> all) {
        tree(worker).entries(all).values().forEach(entry -> send(entry, Signal.KILL));
    }

    /// Sends `signal` to those of `pids` that are processes of the worker, according to `all`.
    public void signal(
            WorkerProcess worker, Set<Integer> pids, Signal signal, List<ProcessEntry> all) {
        Map<Integer, ProcessEntry> entries = tree(worker).entries(all);
        entries.keySet().retainAll(pids);
        entries.values().forEach(entry -> send(entry, signal));
    }

    private void send(ProcessEntry entry, Signal signal) {
        reparented.remember(entry);
        PidfdSignal.send(entry, signal);
    }
}
