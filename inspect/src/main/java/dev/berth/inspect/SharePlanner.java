package dev.berth.inspect;

import dev.berth.net.TcpState;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Creates a [SharePlan].
final class SharePlanner {
    private final boolean open;
    private final boolean force;
    private final PortReport report;
    private final List<PortSocket> ports;
    private final Set<Integer> pids = new HashSet<>();

    SharePlanner(boolean open, PortReport report, boolean force) {
        this.open = open;
        this.force = force;
        this.report = report;
        this.ports =
                report.sockets().stream()
                        .filter(socket -> socket.listening() || socket.silent())
                        .toList();
        ports.stream()
                .flatMap(port -> port.owners().stream())
                .forEach(owner -> pids.add(owner.pid()));
    }

    SharePlan plan() {
        List<PortSocket> connections =
                report.sockets().stream()
                        .filter(PortSocket::connection)
                        .filter(socket -> !handshake(socket))
                        .toList();
        List<PortSocket> changes =
                Stream.concat(ports.stream(), connections.stream().filter(this::ours))
                        .filter(this::differs)
                        .toList();
        List<PortSocket> lasting =
                connections.stream()
                        .filter(socket -> open && !socket.reuseport().orElse(false))
                        .filter(socket -> !(ours(socket) && differs(socket)))
                        .toList();
        return new SharePlan(open, ports, changes, lasting, shared(), refusal());
    }

    /// A half-open request holds no port.
    private static boolean handshake(PortSocket socket) {
        return socket.state() == TcpState.SYN_RECV || socket.state() == TcpState.NEW_SYN_RECV;
    }

    private boolean differs(PortSocket socket) {
        return socket.reuseport().isPresent() && socket.reuseport().get() != open;
    }

    /// Whether a process that has one of the ports holds it.
    private boolean ours(PortSocket connection) {
        return connection.owners().stream().anyMatch(owner -> pids.contains(owner.pid()));
    }

    private List<PortSocket> shared() {
        return open
                ? List.of()
                : ports.stream()
                        .filter(port -> port.group().isPresent())
                        .filter(
                                port ->
                                        report.groups().get(port.group().getAsInt() - 1).members()
                                                > 1)
                        .toList();
    }

    private Optional<String> refusal() {
        return supervised().or(this::unreadable).or(this::joined);
    }

    private Optional<String> supervised() {
        return ports.stream()
                .flatMap(port -> port.owners().stream())
                .filter(Owner::supervisor)
                .findFirst()
                .map(
                        owner ->
                                "Berth's supervisor (pid "
                                        + owner.pid()
                                        + ") already shares it among its own workers and decides"
                                        + " who gets a connection: use berth scale or berth roll");
    }

    private Optional<String> unreadable() {
        List<PortSocket> unreadable =
                ports.stream()
                        .filter(port -> port.reuseport().isEmpty() || port.options().inferred())
                        .toList();
        return unreadable.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        lines(unreadable)
                                + ": "
                                + unreadable.stream()
                                        .map(SharePlanner::forbidden)
                                        .distinct()
                                        .collect(Collectors.joining("; ")));
    }

    private static String forbidden(PortSocket port) {
        String reason = port.options().unknown();
        return port.owners().isEmpty()
                ? reason
                        + "; a process with the same uid can change it, or root, or one with"
                        + " CAP_SYS_PTRACE"
                : reason;
    }

    private Optional<String> joined() {
        List<PortSocket> members = force ? List.of() : shared();
        return members.stream().noneMatch(this::differs)
                ? Optional.empty()
                : Optional.of(
                        ("%s sockets share it now (%s). Clearing SO_REUSEPORT would not keep others"
                             + " with that uid out, because the kernel remembers that they can"
                             + " join; and %s. End all but one of them first, or use --force")
                                .formatted(members.size(), lines(members), starving(members)));
    }

    /// The effect on a group without SO_REUSEPORT: it is looked up like single sockets.
    static String starving(List<PortSocket> members) {
        boolean four = members.getFirst().family() == 2;
        return "everything new would go to the "
                + (four ? "last" : "first")
                + " of them to join, and nothing to the others";
    }

    private static String lines(List<PortSocket> sockets) {
        return sockets.stream().map(SocketText::line).distinct().collect(Collectors.joining("; "));
    }
}
