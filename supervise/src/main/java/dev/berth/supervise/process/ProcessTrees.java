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
/// whose parent has ended ([Orphans]).
public final class ProcessTrees {
    private final Optional<Cgroup> cgroup;
    private final Orphans orphans;

    ProcessTrees(Optional<Cgroup> cgroup, Orphans orphans) {
        this.cgroup = cgroup;
        this.orphans = orphans;
    }

    /// The live processes of `worker`, including its first one.
    public Set<Integer> of(LiveWorker worker) {
        return tree(worker).pids(ProcessList.read());
    }

    /// The same, with what is known about each.
    Collection<ProcessEntry> entries(LiveWorker worker) {
        return tree(worker).entries(ProcessList.read()).values();
    }

    /// What determines the worker's processes, as known now; may be used from any thread.
    public ProcessTree tree(LiveWorker worker) {
        return new ProcessTree(
                worker.id(), worker.pid(), worker.startTicks(), orphans.of(worker.id()), cgroup);
    }

    /// The root processes of the workers' processes, for [Descent].
    public Map<Integer, WorkerId> roots(Collection<LiveWorker> workers) {
        Map<Integer, WorkerId> roots = new HashMap<>();
        for (LiveWorker worker : workers) {
            orphans.of(worker.id()).forEach(pid -> roots.put(pid, worker.id()));
            roots.put(worker.pid(), worker.id());
        }
        return roots;
    }

    /// Whether a process belongs to the worker, by a few reads of /proc: it descends from a known
    /// process of the worker, is in the session of the worker's first process, or in its cgroup. A
    /// process that has ended belongs to no worker.
    public boolean owns(LiveWorker worker, int pid) {
        Optional<ProcessEntry> entry = ProcessList.of(pid);
        return entry.isPresent()
                && (entry.get().session() == worker.pid()
                        || new Descent(roots(List.of(worker))).worker(pid).isPresent()
                        || cgroup.filter(group -> group.pids(worker.id()).contains(pid))
                                .isPresent());
    }

    /// Kills every process of the worker.
    public void kill(LiveWorker worker) {
        cgroup.ifPresent(group -> group.kill(worker.id()));
        if (!worker.ended()) {
            // It would not count as alive if only its first thread has ended.
            Pidfds.pidfdSendSignal(worker.pidfd().number(), Signal.KILL.number());
        }
        signal(worker, Signal.KILL);
    }

    /// Sends `signal` to every process of the worker.
    private void signal(LiveWorker worker, Signal signal) {
        entries(worker).forEach(entry -> send(entry, signal));
    }

    /// Sends `signal` to those of `pids` that are processes of the worker.
    public void signal(LiveWorker worker, Set<Integer> pids, Signal signal) {
        Map<Integer, ProcessEntry> entries = tree(worker).entries(ProcessList.read());
        entries.keySet().retainAll(pids);
        entries.values().forEach(entry -> send(entry, signal));
    }

    private void send(ProcessEntry entry, Signal signal) {
        orphans.expect(entry);
        SeenProcess.send(entry, signal);
    }
}
