package dev.berth.supervise.process;

import dev.berth.net.ProcessEntry;
import dev.berth.net.ProcessList;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Processes;
import dev.berth.sys.Signal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;

/// Processes that came to the supervisor, as their subreaper, when their parents ended: finds out
/// which worker they belong to, and reaps them.
///
/// This process may have children that do not concern the supervisor. A child is assigned to a
/// worker only on evidence: its cgroup, its environment, or, if this process has no other
/// supervisor whose workers have one, too, the filter on its binds.
public final class ReparentedProcesses {
    private static final long UNCLAIMED_MILLIS = 1_000;

    private final String name;
    private final CrashGuard guard;
    private final Optional<Cgroup> cgroup;
    private final Env env;
    private final int self = (int) ProcessHandle.current().pid();
    private final int filters = ProcessProvenance.filters("thread-self");
    private final int session = ProcessList.of(self).map(ProcessEntry::session).orElse(0);
    private final Map<Integer, WorkerId> owners = new HashMap<>();

    /// Processes of workers that were told to end, with their start times: their parents may end
    /// before them.
    private final Map<Integer, Long> doomed = new HashMap<>();

    /// Ended processes that no longer show anything, and since when that was seen.
    private Map<Integer, Long> unclaimed = Map.of();

    /// @param name of the supervisor
    ReparentedProcesses(String name, CrashGuard guard, Optional<Cgroup> cgroup, Env env) {
        this.name = name;
        this.guard = guard;
        this.cgroup = cgroup;
        this.env = env;
    }

    /// The orphaned processes of `worker`.
    Set<Integer> of(WorkerId worker) {
        return owners.entrySet().stream()
                .filter(entry -> entry.getValue().equals(worker))
                .map(Map.Entry::getKey)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /// Whether there is none, neither alive nor ended.
    public boolean none() {
        return owners.isEmpty() && unclaimed.isEmpty();
    }

    /// Looks for new orphaned processes and remembers which worker they belong to. A process comes
    /// to the subreaper at the moment in which its parent ends.
    ///
    /// @param known children other than workers that are not orphaned processes
    /// @param live the present workers; descendants of any other worker are killed
    /// @param last the worker that has just ended: it gets the processes that only show that they
    ///   belong to some worker
    public void scan(IntPredicate known, Set<WorkerId> live, Optional<WorkerId> last) {
        scan(unknownChildren(known), live, last);
    }

    /// Looks for new ones, and reaps those that have ended; call this now and then.
    public void scanAndReap(IntPredicate known, Set<WorkerId> live) {
        List<Integer> unknown = unknownChildren(known);
        scan(unknown, live, Optional.empty());
        reap(unknown);
    }

    private List<Integer> unknownChildren(IntPredicate known) {
        List<Integer> children = children();
        children.removeIf(pid -> known.test(pid) || Subreaper.isWorker(pid));
        return children;
    }

    private void scan(List<Integer> unknown, Set<WorkerId> live, Optional<WorkerId> last) {
        for (int pid : unknown) {
            if (owners.containsKey(pid)) {
                continue;
            }
            Optional<ProcessEntry> entry =
                    ProcessList.of(pid).filter(e -> !e.zombie() && e.session() != session);
            entry.flatMap(e -> owner(e, live, last)).ifPresent(o -> take(entry.get(), o, live));
        }
    }

    private void take(ProcessEntry entry, WorkerId owner, Set<WorkerId> live) {
        owners.put(entry.pid(), owner);
        guard.add(entry.pid(), entry.startTicks());
        if (!live.contains(owner)) {
            PidfdSignal.send(entry, Signal.KILL);
        }
    }

    private Optional<WorkerId> owner(
            ProcessEntry entry, Set<WorkerId> live, Optional<WorkerId> last) {
        int pid = entry.pid();
        for (WorkerId worker : live) {
            if (cgroup.filter(group -> group.pids(worker).contains(pid)).isPresent()) {
                return Optional.of(worker);
            }
        }
        return ProcessProvenance.environment(pid, name)
                .or(
                        () ->
                                last.filter(_ -> Subreaper.alone())
                                        .filter(
                                                _ ->
                                                        ProcessProvenance.filters(
                                                                        Integer.toString(pid))
                                                                > filters));
    }

    /// A worker has been started: its first process is nobody's orphan, whichever supervisor of
    /// this process looks.
    public void started(int worker) {
        Subreaper.started(worker);
    }

    /// The end of a worker has been handled.
    public void ended(int worker) {
        Subreaper.ended(worker);
    }

    /// Remembers a process of a worker that may come here when its parents end.
    void remember(ProcessEntry entry) {
        doomed.put(entry.pid(), entry.startTicks());
    }

    /// Reaps those that have ended. A child that this process started for other reasons is waited
    /// for, and reaped at once, by whoever started it. So of those that show nothing, only the ones
    /// that nobody has reaped for a while are reaped here.
    private void reap(List<Integer> unknown) {
        long now = env.clock().millis();
        Map<Integer, Long> left = new HashMap<>();
        for (int pid : unknown) {
            Optional<ProcessEntry> entry = ProcessList.of(pid).filter(ProcessEntry::zombie);
            if (entry.isEmpty() || entry.get().session() == session) {
                continue;
            }
            long since = unclaimed.getOrDefault(pid, now);
            if (ours(entry.get()) || now - since >= UNCLAIMED_MILLIS) {
                reap(pid);
            } else {
                left.put(pid, since);
            }
        }
        unclaimed = left;
        doomed.keySet().removeIf(pid -> ProcessList.of(pid).isEmpty());
    }

    private boolean ours(ProcessEntry entry) {
        Long start = doomed.get(entry.pid());
        return owners.containsKey(entry.pid()) || start != null && start == entry.startTicks();
    }

    private void reap(int pid) {
        try {
            if (Processes.reap(pid).isEmpty()) {
                return;
            }
        } catch (ErrnoException _) {
            // It was reaped elsewhere first.
        }
        owners.remove(pid);
        guard.remove(pid);
    }

    /// Kills all of them.
    public void kill() {
        List.copyOf(owners.keySet())
                .forEach(
                        pid ->
                                ProcessList.of(pid)
                                        .ifPresent(e -> kill(e, env.tables().processes())));
    }

    private static void kill(ProcessEntry root, List<ProcessEntry> all) {
        PidfdSignal.send(root, Signal.KILL);
        ProcessList.descendants(root.pid(), all)
                .forEach(entry -> PidfdSignal.send(entry, Signal.KILL));
    }

    /// The children of this process's first thread, which receives orphaned processes and the
    /// children of threads that have ended. If the kernel lacks this file, all processes are
    /// searched.
    ///
    /// **Source:** proc_pid_task(5).
    private List<Integer> children() {
        try {
            String text = Files.readString(Path.of("/proc/self/task/" + self + "/children"));
            List<Integer> pids = new ArrayList<>();
            for (String word : text.split(" ")) {
                if (!word.isBlank()) {
                    pids.add(Integer.parseInt(word.strip()));
                }
            }
            return pids;
        } catch (IOException notThere) {
            List<Integer> pids = new ArrayList<>();
            env.tables().processes().stream()
                    .filter(entry -> entry.parent() == self)
                    .forEach(entry -> pids.add(entry.pid()));
            return pids;
        }
    }
}
