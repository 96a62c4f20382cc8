package dev.berth.cli.ports;

import dev.berth.cli.command.Percent;
import dev.berth.cli.ports.SteeredGroup.SteeredSocket;
import dev.berth.inspect.PortReport;
import dev.berth.inspect.PortSocket;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// Where Berth's own steering sends a client, which the kernel's look-up ignores.
///
/// @param socket the socket that gets connections, or one of them, preferably the kernel's choice;
///   empty if none gets any
/// @param hashed whether the kernel's own hash chooses
record SteeredRoute(Optional<PortSocket> socket, RouteVerdict verdict, boolean hashed) {
    private static final String UNSTEERED = "(kernel)";

    /// The route through a group that a supervisor steers.
    ///
    /// @param hit the socket that the kernel chose
    static SteeredRoute of(SteeredGroup group, PortSocket hit, PortReport report) {
        String berth = "Berth's " + group.name() + ", " + group.steer() + ", ";
        if (group.steer().endsWith(UNSTEERED)) {
            String note =
                    "leaves the choice to the kernel's hash, which selects this socket; somebody"
                            + " else's BPF program could choose otherwise";
            return new SteeredRoute(Optional.of(hit), new RouteVerdict(false, berth + note), true);
        }
        List<SteeredSocket> steeredSockets = group.beside(hit, report);
        List<SteeredSocket> served = steeredSockets.stream().filter(SteeredSocket::served).toList();
        if (steeredSockets.stream().allMatch(steered -> steered.share().isEmpty())) {
            String note = "has no slot in service; see: berth status";
            return new SteeredRoute(Optional.of(hit), new RouteVerdict(false, berth + note), false);
        }
        if (served.isEmpty()) {
            String note = "currently refuses every new client; see: berth status";
            return new SteeredRoute(Optional.empty(), new RouteVerdict(true, berth + note), false);
        }
        return new SteeredRoute(
                one(served, hit, report),
                served.size() == 1 ? only(berth, served.getFirst()) : several(berth, served),
                false);
    }

    private static Optional<PortSocket> one(
            List<SteeredSocket> served, PortSocket hit, PortReport report) {
        long inode =
                served.stream()
                        .map(SteeredSocket::inode)
                        .filter(own -> own == hit.inode())
                        .findFirst()
                        .orElse(served.getFirst().inode());
        return report.sockets().stream().filter(socket -> socket.inode() == inode).findFirst();
    }

    private static RouteVerdict only(String berth, SteeredSocket steered) {
        return new RouteVerdict(
                true,
                berth + "sends every client to the only slot in service: slot " + name(steered));
    }

    private static RouteVerdict several(String berth, List<SteeredSocket> served) {
        return new RouteVerdict(
                false,
                berth
                        + "sends the client to one of its "
                        + served.size()
                        + " sockets in service: "
                        + served.stream()
                                .map(steered -> "slot " + name(steered) + " " + share(steered))
                                .collect(Collectors.joining(", "))
                        + "; its program chooses for each packet");
    }

    private static String share(SteeredSocket steered) {
        return Percent.text(steered.share().orElse(0));
    }

    private static String name(SteeredSocket steered) {
        return steered.slot() + " (pid " + steered.pid() + ")";
    }
}
