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

/// The processes of each worker: its first one and all that this one started, also those whose
/// parent has ended ([Orphans]).
public final class ProcessTrees {
    private final Optional<Cgroup> cgroup;
    private final Orphans orphans;

    ProcessTrees(Optional<Cgroup> cgroup, Orphans orphans) {
        this.cgroup = cgroup;
        this.orphans = orphans;
    }

    /// The live processes of `worker`, its first one included.
    public Set<Integer> of(LiveWorker worker) {
        return tree(worker).pids(ProcessList.read());
    }

    /// The same, with what is known of each.
    Collection<ProcessEntry> entries(LiveWorker worker) {
        return tree(worker).entries(ProcessList.read()).values();
    }

    /// What tells which processes are the worker's, as known now; any thread may ask it.
    public ProcessTree tree(LiveWorker worker) {
        return new ProcessTree(
                worker.id(), worker.pid(), worker.startTicks(), orphans.of(worker.id()), cgroup);
    }

    /// The workers by the processes that everything of theirs stems from: for [Descent].
    public Map<Integer, WorkerId> roots(Collection<LiveWorker> workers) {
        Map<Integer, WorkerId> roots = new HashMap<>();
        for (LiveWorker worker : workers) {
            orphans.of(worker.id()).forEach(pid -> roots.put(pid, worker.id()));
            roots.put(worker.pid(), worker.id());
        }
        return roots;
    }

    /// Whether a process is the worker's, told by a few reads of /proc: it descends from one that
    /// is known to be, is in the session of the worker's first one, or in its cgroup. One that has
    /// ended is nobody's.
    public boolean owns(LiveWorker worker, int pid) {
        Optional<ProcessEntry> entry = ProcessList.of(pid);
        return entry.isPresent()
                && (entry.get().session() == worker.pid()
                        || new Descent(roots(List.of(worker))).worker(pid).isPresent()
                        || cgroup.filter(group -> group.pids(worker.id()).contains(pid))
                                .isPresent());
    }

    /// Ends every process of the worker.
    public void kill(LiveWorker worker) {
        cgroup.ifPresent(group -> group.kill(worker.id()));
        if (!worker.ended()) {
            // Not seen as alive where only its first thread has ended.
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
