package dev.berth.cli.ports;

import dev.berth.inspect.PortReport;
import dev.berth.inspect.PortSocket;
import dev.berth.net.ListenAddress;
import dev.berth.sys.SockAddr;

import java.util.List;
import java.util.Optional;

/// The result of `berth route`.
///
/// @param socket the socket that the client would reach; empty if it would be refused
/// @param certain whether nothing invisible from outside could change that
/// @param note the reason for the result, or why it is not certain
/// @param report the sockets on the port
/// @param spread how many clients each socket would get, in descending order; empty if not
///   requested
record RouteAnswer(
        ListenAddress server,
        SockAddr.Inet client,
        Optional<PortSocket> socket,
        boolean certain,
        String note,
        PortReport report,
        List<Share> spread) {
    /// How many clients one socket would get.
    ///
    /// @param socket empty if the client is refused
    record Share(Optional<PortSocket> socket, int clients) {}

    /// The same answer, but not certain.
    RouteAnswer doubted(String reason) {
        String why = note + "; but " + reason;
        return new RouteAnswer(server, client, socket, false, why, report, spread);
    }

    RouteAnswer {
        spread = List.copyOf(spread);
    }
}
