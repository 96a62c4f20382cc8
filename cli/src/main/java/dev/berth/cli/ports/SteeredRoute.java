package dev.berth.cli.ports;

import dev.berth.inspect.PortReport;
import dev.berth.inspect.PortSocket;

import java.util.List;
import java.util.stream.Collectors;

/// Where Berth's own steering leads a client, which the kernel's look-up leaves out.
///
/// @param socket the only one in service; else one of them, the kernel's choice if it is one
record SteeredRoute(PortSocket socket, RouteVerdict verdict) {
    private static final String UNSTEERED = "(kernel)";

    /// - `hit`: the kernel's choice
    /// - `served`: the sockets of the slots in service
    static SteeredRoute of(SteeredGroup group, PortSocket hit, List<PortSocket> served) {
        String berth = "Berth's " + group.name() + ", " + group.steer() + ", ";
        if (group.steer().endsWith(UNSTEERED)) {
            return new SteeredRoute(
                    hit,
                    new RouteVerdict(
                            false,
                            berth
                                    + "leaves the choice to the kernel's hash, which names this"
                                    + " one; a BPF program of somebody else's could choose"
                                    + " otherwise"));
        }
        return switch (served.size()) {
            case 0 ->
                    new SteeredRoute(
                            hit,
                            new RouteVerdict(
                                    false, berth + "has no slot in service: see berth status"));
            case 1 ->
                    new SteeredRoute(
                            served.getFirst(),
                            new RouteVerdict(
                                    true,
                                    berth
                                            + "leads all to the only one in service: slot "
                                            + slots(group, served)));
            default ->
                    new SteeredRoute(
                            served.contains(hit) ? hit : served.getFirst(),
                            new RouteVerdict(
                                    false,
                                    berth
                                            + "leads it to one of its "
                                            + served.size()
                                            + " sockets in service: slots "
                                            + slots(group, served)
                                            + "; which one, its program decides by the packet"));
        };
    }

    private static String slots(SteeredGroup group, List<PortSocket> served) {
        return group.ready().stream()
                .filter(slot -> served.stream().anyMatch(slot::holds))
                .map(slot -> slot.slot() + " (pid " + slot.pid() + ")")
                .collect(Collectors.joining(", "));
    }

    static SteeredRoute of(SteeredGroup group, PortSocket hit, PortReport report) {
        return of(group, hit, group.served(hit, report));
    }
}
