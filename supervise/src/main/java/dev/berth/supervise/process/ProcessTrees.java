package dev.berth.supervise.process;

import dev.berth.net.ProcessEntry;
import dev.berth.net.ProcessList;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.sys.Pidfds;
import dev.berth.sys.Signal;

import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
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
        return of(worker, ProcessList.read());
    }

    /// The same, as `all` tells it.
    public Set<Integer> of(LiveWorker worker, List<ProcessEntry> all) {
        return entries(worker, all).keySet();
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

    private Map<Integer, ProcessEntry> entries(LiveWorker worker, List<ProcessEntry> all) {
        Map<Integer, ProcessEntry> byPid = new LinkedHashMap<>();
        all.stream().filter(e -> !e.zombie()).forEach(e -> byPid.put(e.pid(), e));
        Map<Integer, ProcessEntry> found = new LinkedHashMap<>();
        for (int root : roots(worker, all)) {
            add(found, byPid, root);
            ProcessList.descendants(root, all).forEach(e -> add(found, byPid, e.pid()));
        }
        cgroup.map(group -> group.pids(worker.id()))
                .ifPresent(pids -> pids.forEach(pid -> add(found, byPid, pid)));
        return found;
    }

    private static void add(
            Map<Integer, ProcessEntry> found, Map<Integer, ProcessEntry> all, int pid) {
        ProcessEntry entry = all.get(pid);
        if (entry != null) {
            found.put(pid, entry);
        }
    }

    /// The number of a first process that has ended still means its session, unless somebody has it
    /// now: the kernel gives no number anew that is a session's.
    private Set<Integer> roots(LiveWorker worker, List<ProcessEntry> all) {
        Set<Integer> roots = new LinkedHashSet<>(orphans.of(worker.id()));
        boolean recycled =
                all.stream()
                        .anyMatch(
                                entry ->
                                        entry.pid() == worker.pid()
                                                && entry.startTicks() != worker.startTicks());
        if (!recycled) {
            roots.add(worker.pid());
        }
        return roots;
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
    public void signal(LiveWorker worker, Signal signal) {
        for (ProcessEntry entry : entries(worker, ProcessList.read()).values()) {
            orphans.expect(entry);
            SeenProcess.send(entry, signal);
        }
    }
}
