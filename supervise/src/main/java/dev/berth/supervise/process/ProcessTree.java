package dev.berth.supervise.process;

import dev.berth.net.ProcessEntry;
import dev.berth.net.ProcessList;
import dev.berth.supervise.contract.WorkerId;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Determines which processes belong to one worker. May be used from any thread.
///
/// @param pid of its first process
/// @param startTicks when that process started
/// @param orphans processes of it that came to the supervisor
/// @param cgroup contains the worker's own cgroup, if it has one
public record ProcessTree(
        WorkerId id, int pid, long startTicks, Set<Integer> orphans, Optional<Cgroup> cgroup) {
    public ProcessTree {
        orphans = Set.copyOf(orphans);
    }

    /// Its live processes, according to `all`.
    public Set<Integer> pids(List<ProcessEntry> all) {
        return entries(all).keySet();
    }

    Map<Integer, ProcessEntry> entries(List<ProcessEntry> all) {
        Map<Integer, ProcessEntry> byPid = new LinkedHashMap<>();
        all.stream().filter(e -> !e.zombie()).forEach(e -> byPid.put(e.pid(), e));
        Map<Integer, ProcessEntry> found = new LinkedHashMap<>();
        for (int root : roots(all)) {
            add(found, byPid, root);
            ProcessList.descendants(root, all).forEach(e -> add(found, byPid, e.pid()));
        }
        cgroup.map(group -> group.pids(id))
                .ifPresent(pids -> pids.forEach(each -> add(found, byPid, each)));
        return found;
    }

    private static void add(
            Map<Integer, ProcessEntry> found, Map<Integer, ProcessEntry> all, int pid) {
        ProcessEntry entry = all.get(pid);
        if (entry != null) {
            found.put(pid, entry);
        }
    }

    /// The pid of a first process that has ended still identifies its session, unless another
    /// process has it now: the kernel does not reuse a number that is a session's.
    private Set<Integer> roots(List<ProcessEntry> all) {
        Set<Integer> roots = new LinkedHashSet<>(orphans);
        boolean recycled =
                all.stream().anyMatch(e -> e.pid() == pid && e.startTicks() != startTicks);
        if (!recycled) {
            roots.add(pid);
        }
        return roots;
    }
}
