package dev.berth.supervise.watch;

import dev.berth.net.Protocol;
import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.steering.GroupKey;
import dev.berth.supervise.steering.HeldSocket;
import dev.berth.supervise.steering.ListenerRegistry;
import dev.berth.supervise.steering.ReuseportGroup;
import dev.berth.sys.ErrnoException;

import java.util.List;
import java.util.Set;

/// The groups whose load is sampled, and what becomes of that.
interface LoadedGroups {
    /// A group, and its listeners of workers in service.
    interface Group {
        GroupKey key();

        List<HeldSocket> listeners();

        /// Connections that were steered to each listener since it joined, at one moment.
        long[] steered();

        /// Makes the table follow the loads.
        void rebalance() throws ErrnoException;
    }

    /// A number that changes whenever listeners, or the workers in service, do.
    long version();

    Policy policy();

    /// The groups that can be balanced.
    List<Group> groups();

    /// Resets the load of every listener.
    void forgetLoads();

    /// The slots that get nothing because they have too many connections.
    Set<Integer> full();

    void setFull(Set<Integer> slots) throws ErrnoException;

    /// The groups of `registry`.
    static LoadedGroups of(ListenerRegistry registry) {
        return new Registered(registry);
    }

    /// See [#of].
    record Registered(ListenerRegistry registry) implements LoadedGroups {
        private record Member(ReuseportGroup group, List<HeldSocket> listeners) implements Group {
            @Override
            public GroupKey key() {
                return group.key();
            }

            @Override
            public long[] steered() {
                return group.steered(listeners);
            }

            @Override
            public void rebalance() throws ErrnoException {
                group.rebalance();
            }
        }

        @Override
        public long version() {
            return registry.version();
        }

        @Override
        public Policy policy() {
            return registry.policy();
        }

        @Override
        public List<Group> groups() {
            return registry.groups().stream()
                    .filter(group -> group.key().protocol() == Protocol.TCP && !group.key().own())
                    .<Group>map(group -> new Member(group, registry.inService(group)))
                    .toList();
        }

        @Override
        public void forgetLoads() {
            registry.all().forEach(socket -> socket.load().forget());
        }

        @Override
        public Set<Integer> full() {
            return registry.full();
        }

        @Override
        public void setFull(Set<Integer> slots) throws ErrnoException {
            registry.setFull(slots);
        }
    }
}
