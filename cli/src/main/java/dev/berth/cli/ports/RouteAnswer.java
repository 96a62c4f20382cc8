package dev.berth.cli.ports;

import dev.berth.inspect.PortReport;
import dev.berth.inspect.PortSocket;
import dev.berth.net.ListenAddress;
import dev.berth.sys.SockAddr;

import java.util.List;
import java.util.Optional;

/// What `berth route` found out.
///
/// @param socket whom the client would reach; empty: nobody, it would be refused
/// @param certain whether nothing that cannot be seen from outside could change that
/// @param note why it is so, or not certain
/// @param report the sockets on the port
/// @param spread how many clients each socket would get, the most first; empty if not asked for
record RouteAnswer(
        ListenAddress server,
        SockAddr.Inet client,
        Optional<PortSocket> socket,
        boolean certain,
        String note,
        PortReport report,
        List<Share> spread) {
    /// - `socket`: empty for refused
    record Share(Optional<PortSocket> socket, int clients) {}

    /// The same, less sure.
    RouteAnswer doubted(String reason) {
        String why = note + "; but " + reason;
        return new RouteAnswer(server, client, socket, false, why, report, spread);
    }

    RouteAnswer {
        spread = List.copyOf(spread);
    }
}
