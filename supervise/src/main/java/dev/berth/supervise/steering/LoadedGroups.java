package dev.berth.supervise.steering;

import dev.berth.supervise.contract.Policy;
import dev.berth.sys.ErrnoException;

import java.util.List;
import java.util.Set;

/// The groups whose load is sampled, and what becomes of that.
public interface LoadedGroups {
    /// A group, and its listeners of workers in service.
    interface Group {
        GroupKey key();

        List<HeldSocket> listeners();

        /// Connections that were steered to each listener since it joined, at one moment; 0 if they
        /// are not counted.
        long[] steered();

        /// Makes the table follow the loads.
        void rebalance() throws ErrnoException;
    }

    /// A number that changes whenever listeners or the workers in service change.
    long version();

    /// The present policy.
    Policy policy();

    /// The groups that can be balanced.
    List<Group> loaded();

    /// Resets the load of every listener.
    void forgetLoads();

    /// The slots whose workers have reached their limit of connections, and get nothing new.
    Set<Integer> full();

    /// Gives the workers in these slots no new connections, as they have reached their limit. This
    /// is measured and changes all the time, so it is no part of a plan.
    void setFull(Set<Integer> slots) throws ErrnoException;
}
