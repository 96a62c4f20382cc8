package dev.berth.supervise.contract;

import java.util.List;

/// A SO_REUSEPORT group per address, in which each worker has listeners of its own.
///
/// @param privatePorts ports of which each slot gets its own: slot *i* is bound to PORT + *i*
/// @param backlog of every shared listener; the kernel caps it at `net.core.somaxconn`
/// @param newAddresses whether a new worker may listen on fewer or other addresses than the worker
///   that it replaces
public record GroupSpec(
        SharedAddresses addresses,
        List<Integer> privatePorts,
        int backlog,
        Readiness readiness,
        SteeringSpec steering,
        boolean newAddresses) {
    public GroupSpec {
        privatePorts = List.copyOf(privatePorts);
    }

    /// What the state machine goes by, with these times. Two processes must not read datagrams of
    /// the same flow from one socket, so workers that receive datagrams do not overlap.
    Settings settings(Timing timing) {
        return new Settings(
                timing,
                readiness.kind(),
                !addresses.anyDatagrams(),
                steering.slowStart(),
                newAddresses);
    }
}
