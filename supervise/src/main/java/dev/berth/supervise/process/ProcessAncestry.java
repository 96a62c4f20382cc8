package dev.berth.supervise.process;

import dev.berth.net.ProcessEntry;
import dev.berth.net.ProcessList;
import dev.berth.supervise.contract.WorkerId;

import java.util.Map;
import java.util.Optional;

/// Finds the worker that a process belongs to by its ancestors: a few reads of /proc, from any
/// thread.
///
/// @param roots the root processes of each worker's processes, at one moment
public record ProcessAncestry(Map<Integer, WorkerId> roots) {
    private static final int MOST_STEPS = 64;

    public ProcessAncestry {
        roots = Map.copyOf(roots);
    }

    /// The worker of the process `pid`; empty if it descends from none, or has ended.
    public Optional<WorkerId> worker(int pid) {
        int at = pid;
        for (int i = 0; i < MOST_STEPS && at > 1; i++) {
            WorkerId found = roots.get(at);
            if (found != null) {
                return Optional.of(found);
            }
            at = ProcessList.of(at).map(ProcessEntry::parent).orElse(0);
        }
        return Optional.empty();
    }
}
