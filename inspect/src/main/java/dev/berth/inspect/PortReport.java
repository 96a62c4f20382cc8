package dev.berth.inspect;

import java.io.IOException;
import java.util.List;

/// Who is on a port: the sockets, the groups that they form, and what could not be determined.
///
/// ```java
/// for (PortSocket socket : PortReport.of(8080).sockets()) {
///     System.out.println(SocketText.line(socket));    // pid 12 (nginx) of user www listens on …
/// }
/// ```
///
/// @param sockets listeners first, then sockets that are only bound, then connections; by port and
///   address within each
/// @param groups by their number, from 1
/// @param unknown what could not be read, why, and what would help: a sentence each
/// @param whole false if netlink was refused and /proc/net was read instead, so that a socket may
///   be missing, as `unknown` says
public record PortReport(
        List<PortSocket> sockets, List<PortGroup> groups, List<String> unknown, boolean whole) {
    public PortReport {
        sockets = List.copyOf(sockets);
        groups = List.copyOf(groups);
        unknown = List.copyOf(unknown);
    }

    /// A report with all existing sockets.
    public PortReport(List<PortSocket> sockets, List<PortGroup> groups, List<String> unknown) {
        this(sockets, groups, unknown, true);
    }

    /// Every socket on a local port, TCP and UDP, in the network namespace of the calling thread.
    ///
    /// @throws IllegalArgumentException if `port` is not in 0–65535
    /// @throws IOException if the kernel's tables cannot be read
    public static PortReport of(int port) throws IOException {
        return of(PortQuery.port(port));
    }

    /// The sockets that match `query`.
    ///
    /// @throws IOException if the kernel's tables cannot be read
    public static PortReport of(PortQuery query) throws IOException {
        return new PortReportBuilder(query).report();
    }
}
