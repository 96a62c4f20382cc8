package dev.berth.supervise;

import dev.berth.net.ProcessEntry;
import dev.berth.net.ProcessList;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Processes;
import dev.berth.sys.Signal;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;

/// The processes of each worker: its first one and all that this one started, also those whose
/// parent has ended and that the supervisor, as their subreaper, has got.
final class ProcessTrees {
    private final Optional<Cgroup> cgroup;
    private final int self = (int) ProcessHandle.current().pid();
    private final int session = ProcessList.of(self).map(ProcessEntry::session).orElse(0);
    private final Map<Integer, WorkerId> adopted = new HashMap<>();

    ProcessTrees(Optional<Cgroup> cgroup) {
        this.cgroup = cgroup;
    }

    /// The live processes of `worker`, its first one included.
    Set<Integer> of(LiveWorker worker) {
        List<ProcessEntry> all = ProcessList.read();
        Set<Integer> pids = new LinkedHashSet<>();
        boolean same =
                all.stream()
                        .filter(entry -> entry.pid() == worker.pid())
                        .allMatch(entry -> entry.startTicks() == worker.startTicks());
        if (same) {
            add(pids, worker.pid(), all);
        }
        for (ProcessEntry entry : all) {
            if (worker.id().equals(adopted.get(entry.pid()))) {
                add(pids, entry.pid(), all);
            }
        }
        cgroup.ifPresent(group -> pids.addAll(group.pids(worker.id())));
        all.stream().filter(ProcessEntry::zombie).map(ProcessEntry::pid).forEach(pids::remove);
        return pids;
    }

    private static void add(Set<Integer> pids, int root, List<ProcessEntry> all) {
        all.stream().filter(e -> e.pid() == root).map(ProcessEntry::pid).forEach(pids::add);
        ProcessList.descendants(root, all).stream().map(ProcessEntry::pid).forEach(pids::add);
    }

    /// Whether it is a child that the supervisor got as a subreaper: those that this process
    /// started for reasons of its own are in its session, and a worker's never are.
    private boolean stray(ProcessEntry entry) {
        return entry.parent() == self && entry.session() != session;
    }

    /// Attributes children that nobody knows to `worker`, whose first process has just ended: an
    /// orphan comes to the subreaper at the moment in which its parent ends.
    void adopt(LiveWorker worker, IntPredicate known) {
        for (ProcessEntry entry : ProcessList.read()) {
            if (stray(entry)
                    && !entry.zombie()
                    && !known.test(entry.pid())
                    && !adopted.containsKey(entry.pid())) {
                adopted.put(entry.pid(), worker.id());
            }
        }
    }

    void kill(LiveWorker worker) {
        cgroup.ifPresent(group -> group.kill(worker.id()));
        signal(worker, Signal.KILL);
    }

    /// Sends `signal` to every process of the worker.
    void signal(LiveWorker worker, Signal signal) {
        for (int pid : of(worker)) {
            Processes.kill(pid, signal.number());
        }
    }

    /// Reaps children that came to the supervisor when their parents ended; never one that is
    /// `known`.
    void reap(IntPredicate known) throws ErrnoException {
        int pid;
        while ((pid = Processes.peekExited()) > 0 && !known.test(pid) && stray(pid)) {
            Processes.reap(pid);
            adopted.remove(pid);
        }
    }

    private boolean stray(int pid) {
        return ProcessList.of(pid).filter(this::stray).isPresent();
    }

    /// Whatever is still below the supervisor, at its end.
    void killAll(IntPredicate known) {
        List<ProcessEntry> all = ProcessList.read();
        List<Integer> rest = new ArrayList<>();
        for (ProcessEntry entry : all) {
            if (stray(entry) && !known.test(entry.pid())) {
                rest.add(entry.pid());
            }
        }
        rest.forEach(pid -> Processes.kill(pid, Signal.KILL.number()));
    }
}
