package dev.berth.inspect;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/// What it takes to let others bind beside the sockets on a port, or to end that: decided before
/// anything is touched.
///
/// Connections count too. One that was accepted from a listener without SO_REUSEPORT has none
/// either, and keeps out whoever relies on it alone.
///
/// @param open whether SO_REUSEPORT is to be set; else it is to be cleared
/// @param ports the sockets that listen, or hold the port without listening
/// @param changes those to be changed: ports, and connections of the processes that hold those
/// @param lasting when opening: what stays in the way of a newcomer with SO_REUSEPORT alone until
///   it ends, as nobody holds it, or somebody who has none of the ports
/// @param shared when closing: the members of groups, if there is one of several
/// @param refusal why it must not, or cannot, be done; empty if it can
public record SharePlan(
        boolean open,
        List<PortSocket> ports,
        List<PortSocket> changes,
        List<PortSocket> lasting,
        List<PortSocket> shared,
        Optional<String> refusal) {
    public SharePlan {
        ports = List.copyOf(ports);
        changes = List.copyOf(changes);
        lasting = List.copyOf(lasting);
        shared = List.copyOf(shared);
        Objects.requireNonNull(refusal, "refusal");
    }

    /// The plan to let others in.
    ///
    /// - `report`: of one protocol on one port
    public static SharePlan open(PortReport report) {
        return new SharePlanner(true, report, true).plan();
    }

    /// The plan to keep others out.
    ///
    /// - `report`: of one protocol on one port
    /// - `force`: also where it makes one member of a group get everything
    public static SharePlan close(PortReport report, boolean force) {
        return new SharePlanner(false, report, force).plan();
    }
}
