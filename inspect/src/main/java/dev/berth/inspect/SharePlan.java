package dev.berth.inspect;

import java.util.List;
import java.util.Optional;

/// What it takes to let other sockets bind alongside those on a port, or to end that: decided
/// before anything is touched.
///
/// Connections count too. A connection accepted from a listener without SO_REUSEPORT does not have
/// the option either, and keeps out every socket that relies on it alone.
///
/// @param open whether SO_REUSEPORT is to be set; otherwise it is to be cleared
/// @param ports the sockets that listen, or hold the port without listening
/// @param changes the sockets to change: ports, and connections of the processes that hold those
/// @param lasting when opening: connections that block a newcomer with SO_REUSEPORT alone until
///   they end, because no process holds them, or one that has none of the ports
/// @param shared when closing: the members of groups, if there is a group of several
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
    }

    /// The plan to let others in.
    ///
    /// @param report of one protocol on one port
    public static SharePlan open(PortReport report) {
        return new SharePlanner(true, report, true).plan();
    }

    /// The plan to keep others out.
    ///
    /// @param report of one protocol on one port
    /// @param force even if one member of a group then gets everything
    public static SharePlan close(PortReport report, boolean force) {
        return new SharePlanner(false, report, force).plan();
    }
}
