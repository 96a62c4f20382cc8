package dev.berth.inspect;

import dev.berth.net.Protocol;

import java.util.List;

/// Describes a socket in half a sentence.
public final class SocketText {
    private SocketText() {}

    /// Who does what where: `pid 12 (nginx) of user www listens on 0.0.0.0:80`.
    public static String line(PortSocket socket) {
        return who(socket) + " " + what(socket);
    }

    /// The key by which sockets are combined into one sentence, see [#lines]: the same text for two
    /// of a kind.
    public static String kind(PortSocket socket) {
        String remainder = socket.timeWaitMillis().isPresent() ? " remains" : "";
        return socket.connection()
                ? who(socket) + " " + socket.state() + " " + socket.local() + remainder
                : line(socket);
    }

    /// Describes one or several sockets of a kind: `pid 12 (nginx) of user www listens on
    /// 0.0.0.0:80 (4 sockets)`.
    public static String lines(List<PortSocket> alike) {
        PortSocket first = alike.getFirst();
        if (alike.size() == 1) {
            return line(first);
        }
        if (first.timeWaitMillis().isPresent()) {
            int last = alike.stream().mapToInt(s -> s.timeWaitMillis().orElse(0)).max().orElse(0);
            return "%s keeps %s closed connections of %s (%s), the last for %s s"
                    .formatted(
                            who(first),
                            alike.size(),
                            first.local(),
                            first.state(),
                            Math.ceilDiv(last, 1000));
        }
        return first.connection()
                ? "%s has %s connections from %s (%s)"
                        .formatted(who(first), alike.size(), first.local(), first.state())
                : line(first) + " (" + alike.size() + " sockets)";
    }

    private static String who(PortSocket socket) {
        return socket.owners().stream()
                .findFirst()
                .map(owner -> owner.text() + " of user " + Printable.text(owner.user()))
                .orElseGet(() -> Printable.text(socket.missing().holder()));
    }

    private static String what(PortSocket socket) {
        String peer = socket.remote().map(remote -> " to " + remote).orElse("");
        if (socket.timeWaitMillis().isPresent()) {
            long seconds = Math.ceilDiv(socket.timeWaitMillis().getAsInt(), 1000);
            return "keeps a closed connection of %s%s for %s s (%s)"
                    .formatted(socket.local(), peer, seconds, socket.state());
        }
        if (socket.silent()) {
            return "holds " + socket.local() + " without listening";
        }
        if (socket.listening()) {
            boolean tcp = socket.protocol() == Protocol.TCP;
            return (tcp ? "listens on " : "has ") + socket.local();
        }
        return "has a connection from " + socket.local() + peer + " (" + socket.state() + ")";
    }
}
