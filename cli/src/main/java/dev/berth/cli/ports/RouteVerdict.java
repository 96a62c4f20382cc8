package dev.berth.cli.ports;

import dev.berth.inspect.Owner;
import dev.berth.inspect.PortReport;
import dev.berth.inspect.PortSocket;
import dev.berth.net.ListenAddress;
import dev.berth.net.Protocol;
import dev.berth.net.TcpState;

import java.util.List;
import java.util.Optional;

/// How certain the kernel's answer is, and why. It is the kernel's own look-up, but that ignores
/// the program that a reuseport group may have. It also ignores what happens to a packet earlier,
/// see [dev.berth.inspect.Diversions].
record RouteVerdict(boolean certain, String note) {
    /// The verdict on the kernel's answer.
    ///
    /// @param device whether it is known through which interface the client arrives
    static RouteVerdict of(
            ListenAddress server, Optional<PortSocket> hit, PortReport report, boolean device) {
        if (!device && report.sockets().stream().anyMatch(s -> s.device() != 0)) {
            return new RouteVerdict(
                    false,
                    "a socket on the port is bound to an interface, and it is not known through"
                            + " which interface the client arrives");
        }
        if (hit.isEmpty()) {
            return new RouteVerdict(true, nobody(server.protocol()));
        }
        PortSocket socket = hit.get();
        if (!socket.listening()) {
            return existing(socket);
        }
        if (server.protocol() == Protocol.UDP && copied(server)) {
            return new RouteVerdict(
                    false, "a broadcast or multicast datagram is copied to every matching socket");
        }
        return listener(socket, report);
    }

    /// The same verdict, but not certain if there are reasons to doubt it.
    RouteVerdict doubted(List<String> doubts) {
        return doubts.isEmpty()
                ? this
                : new RouteVerdict(false, note + "; but " + String.join("; ", doubts));
    }

    private static String nobody(Protocol protocol) {
        return protocol == Protocol.TCP
                ? "nobody listens there: the client would be refused (ECONNREFUSED)"
                : "nobody receives there: the client would get a port-unreachable message";
    }

    private static RouteVerdict existing(PortSocket socket) {
        return socket.state() == TcpState.TIME_WAIT
                ? new RouteVerdict(
                        false,
                        "a connection between the two is in TIME_WAIT; normally a new connection"
                                + " ends the one in TIME_WAIT and goes to the listener")
                : new RouteVerdict(true, "a connection between the two exists and gets the packet");
    }

    private static RouteVerdict listener(PortSocket socket, PortReport report) {
        if (socket.reuseport().isPresent() && !socket.reuseport().get()) {
            return new RouteVerdict(
                    true,
                    "the kernel's choice; no program can change it, because the socket is not in a"
                            + " reuseport group");
        }
        if (socket.owners().stream().anyMatch(Owner::supervisor)) {
            return new RouteVerdict(
                    false,
                    "the group's hash selects this socket, but Berth's own steering chooses among"
                            + " its ready workers; see: berth status");
        }
        int members =
                socket.group().isPresent()
                        ? report.groups().get(socket.group().getAsInt() - 1).members()
                        : 1;
        if (members > 1) {
            return new RouteVerdict(
                    false,
                    "the hash of the group of "
                            + members
                            + " selects this socket, but the group may have a BPF program that"
                            + " chooses otherwise, which is not visible from outside");
        }
        return new RouteVerdict(
                false,
                socket.reuseport().isPresent()
                        ? "the only member of its group; a BPF program could still refuse the"
                                + " client, which is not visible from outside"
                        : "the only matching socket; whether it is a reuseport group with a BPF"
                                + " program is unknown: no permission to read its options");
    }

    private static boolean copied(ListenAddress server) {
        String host = server.address().host();
        if (host.startsWith("ff") || host.endsWith(".255")) {
            return true;
        }
        int dot = host.indexOf('.');
        int first = dot > 0 && host.indexOf(':') < 0 ? Integer.parseInt(host.substring(0, dot)) : 0;
        return first >= 224;
    }
}
