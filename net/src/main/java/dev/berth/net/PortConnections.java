package dev.berth.net;

import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// Describes connections that occupy a port with their local end, so that it cannot be bound
/// although nobody listens: an outgoing connection for which the kernel chose the port, or
/// connections left behind by an earlier program.
public final class PortConnections {
    private PortConnections() {}

    /// What occupies `wanted`, and what to do, phrased to follow the address, as in
    /// `tcp://0.0.0.0:8080 is …`. Empty if nothing does now.
    ///
    /// Searches the descriptors of all processes if a connection has an owner.
    public static Optional<String> of(ListenAddress wanted, SockDiag diag) throws IOException {
        if (wanted.protocol() != Protocol.TCP) {
            return Optional.empty();
        }
        int port = wanted.address().port();
        var address = BoundAddress.of(wanted);
        List<SocketRow> rows =
                diag.dump(DiagQuery.all(Protocol.TCP).withLocalPort(port)).stream()
                        .filter(row -> row.state() != TcpState.LISTEN)
                        .filter(row -> meets(address, BoundAddress.of(row)))
                        .toList();
        Optional<SocketRow> owned = rows.stream().filter(row -> row.inode() != 0).findFirst();
        return owned.isPresent() ? owned.map(row -> live(row, port)) : left(rows);
    }

    private static boolean meets(BoundAddress wanted, BoundAddress connection) {
        return wanted.overlaps(connection)
                || wanted.meetsDualStackConnection(Protocol.TCP, connection);
    }

    private static String live(SocketRow row, int port) {
        List<Holder> holders = Holders.everywhere().getOrDefault(row.inode(), List.of());
        return (" is in use by a connection of %s, from %s%s (%s), though nobody"
                        + " listens; end that connection, or use another port. If the"
                        + " kernel chose the port for an outgoing connection, keep it from"
                        + " doing so again: sysctl -w net.ipv4.ip_local_reserved_ports=%s")
                .formatted(
                        PortHolder.of(row, holders).who(),
                        row.local().unmapped(),
                        row.remote().map(peer -> " to " + peer.unmapped()).orElse(""),
                        row.state(),
                        port);
    }

    /// Describes connections that no longer belong to a process.
    private static Optional<String> left(List<SocketRow> rows) {
        if (rows.isEmpty()) {
            return Optional.empty();
        }
        String what =
                rows.stream()
                        .collect(Collectors.groupingBy(SocketRow::state, Collectors.counting()))
                        .entrySet()
                        .stream()
                        .sorted(Map.Entry.comparingByKey())
                        .map(entry -> entry.getValue() + " in " + entry.getKey())
                        .collect(Collectors.joining(", "));
        Optional<Integer> millis =
                rows.stream()
                        .flatMap(row -> row.details().timeWaitMillis().stream().boxed())
                        .max(Comparator.naturalOrder());
        String wait =
                millis.map(left -> "wait " + Math.ceilDiv(left, 1000) + " s")
                        .orElse("wait until the peer or the kernel ends them");
        return Optional.of(
                (" is still in use by connections that no longer belong to a"
                                + " process (%s), though nobody listens; %s, or use another port")
                        .formatted(what, wait));
    }
}
