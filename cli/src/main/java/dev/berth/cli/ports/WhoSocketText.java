package dev.berth.cli.ports;

import dev.berth.inspect.PortSocket;
import dev.berth.inspect.Printable;
import dev.berth.net.Protocol;
import dev.berth.net.TcpState;

import java.util.Optional;

/// What `berth who` says about one socket, in a few words each.
final class WhoSocketText {
    private static final int BAR = 10;

    private WhoSocketText() {}

    static String state(PortSocket socket) {
        if (socket.protocol() == Protocol.UDP) {
            return socket.remote().isPresent() ? "connected" : "bound";
        }
        return switch (socket.state()) {
            case LISTEN -> socket.multipath() ? "LISTEN (MPTCP)" : "LISTEN";
            case BOUND_INACTIVE -> "bound only";
            default -> socket.state().name();
        };
    }

    static String options(PortSocket socket) {
        StringBuilder text = new StringBuilder();
        socket.reuseport().filter(set -> set).ifPresent(_ -> text.append("  SO_REUSEPORT"));
        socket.reuseaddr().filter(set -> set).ifPresent(_ -> text.append("  SO_REUSEADDR"));
        socket.v6only()
                .filter(set -> set && socket.local().wildcard())
                .ifPresent(_ -> text.append("  IPv6 only"));
        socket.deviceName().ifPresent(name -> text.append("  on ").append(Printable.text(name)));
        if (socket.options().incomingCpu().isPresent()) {
            text.append("  CPU ").append(socket.options().incomingCpu().getAsInt());
        }
        return text.toString();
    }

    /// The length of a listener's queue; empty if nothing waits.
    static Optional<String> queue(PortSocket socket) {
        if (socket.state() != TcpState.LISTEN || socket.queue() == 0) {
            return Optional.empty();
        }
        long queue = Integer.toUnsignedLong(socket.queue());
        // The kernel admits one more than the backlog.
        long most = Math.max(1, Integer.toUnsignedLong(socket.backlog()));
        int full = Math.clamp((queue * BAR + most - 1) / most, 1, BAR);
        String bar = "#".repeat(full) + ".".repeat(BAR - full);
        return Optional.of(
                (socket.row().partial()
                                ? "queue: " + queue
                                : "queue [" + bar + "] " + queue + " of " + socket.backlog())
                        + " waiting for accept");
    }

    /// What the socket dropped; empty if that is nothing, or not known.
    static Optional<String> drops(PortSocket socket) {
        if (socket.drops().orElse(0) == 0) {
            return Optional.empty();
        }
        long drops = Integer.toUnsignedLong(socket.drops().getAsInt());
        boolean tcp = socket.protocol() == Protocol.TCP;
        return Optional.of("dropped " + drops + (tcp ? segments(socket) : " datagrams"));
    }

    /// The meaning of a listener's count of drops.
    private static String segments(PortSocket socket) {
        return socket.options().deferAccept().orElse(true)
                ? " segments: its queue was full, or TCP_DEFER_ACCEPT discarded them"
                : " segments: its queue was full";
    }
}
