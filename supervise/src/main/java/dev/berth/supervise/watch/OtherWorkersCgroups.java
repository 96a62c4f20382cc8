package dev.berth.supervise.watch;

import dev.berth.net.SocketRow;
import dev.berth.supervise.contract.WorkerId;

import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/// Which cgroups a worker's connections cannot have come from. A connection carries the cgroup of
/// the listener that it arrived at.
final class OtherWorkersCgroups {
    private OtherWorkersCgroups() {}

    /// The cgroups of other workers' listeners, without those in which `worker` has a listener too.
    ///
    /// @param rows contains the listeners
    /// @param owners of the listeners, by inode
    static Set<Long> others(
            Collection<SocketRow> rows, Map<Long, WorkerId> owners, WorkerId worker) {
        Set<Long> own = new HashSet<>();
        Set<Long> others = new HashSet<>();
        for (SocketRow row : rows) {
            OptionalLong cgroup = row.details().cgroup();
            WorkerId owner = owners.get(row.inode());
            if (cgroup.isPresent() && owner != null) {
                (owner.equals(worker) ? own : others).add(cgroup.getAsLong());
            }
        }
        others.removeAll(own);
        return own.isEmpty() ? Set.of() : others;
    }
}
