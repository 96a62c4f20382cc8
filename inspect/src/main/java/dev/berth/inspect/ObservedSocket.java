package dev.berth.inspect;

import dev.berth.net.Protocol;
import dev.berth.net.TcpState;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A socket as it was seen, and as the rules see it. What could not be read of it gives three
/// readings; if the verdict is the same for all, the missing information does not matter.
///
/// @param socket as it was seen
/// @param likely the likely reading: a connection has the options of its listener, and what a
///   server left in TIME_WAIT has SO_REUSEADDR, as most servers set it
/// @param generous the reading that is least in the way
/// @param strict the reading that is most in the way
/// @param unknown what could not be read: `SO_REUSEADDR, uid`; empty if everything could
record ObservedSocket(
        PortSocket socket,
        RuleSocket likely,
        RuleSocket generous,
        RuleSocket strict,
        String unknown) {
    /// Where the kernel's port range for clients begins by default.
    private static final int FIRST_CLIENT_PORT = 32_768;

    /// The sockets that a bind of `wanted` can conflict with. Half-open requests hold no port.
    static List<ObservedSocket> of(List<PortSocket> sockets, BindRequest wanted) {
        return sockets.stream()
                .filter(socket -> socket.protocol() == wanted.protocol())
                .filter(socket -> holdsPort(socket.state()))
                .map(socket -> of(socket, sockets, wanted))
                .toList();
    }

    private static boolean holdsPort(TcpState state) {
        return state != TcpState.SYN_RECV && state != TcpState.NEW_SYN_RECV;
    }

    private static ObservedSocket of(PortSocket socket, List<PortSocket> all, BindRequest wanted) {
        Optional<PortSocket> listener = listener(socket, all);
        SocketStage stage = stage(socket);
        boolean orphan = socket.inode() == 0 && stage != SocketStage.TIME_WAIT;
        boolean inferred = socket.options().inferred();
        boolean six = !NormalizedAddress.of(socket.local()).inet4();
        Optional<Boolean> port = inferred ? Optional.empty() : socket.reuseport();
        boolean peered = stage.hasPeer() && six;
        boolean v6known = !six || socket.v6only().isPresent() || !stage.hasPeer();
        boolean server =
                stage == SocketStage.TIME_WAIT && socket.local().port() < FIRST_CLIENT_PORT;
        RuleSocket likely =
                new RuleSocket(
                        socket.local(),
                        socket.v6only()
                                .or(() -> listener.flatMap(PortSocket::v6only))
                                .orElse(false),
                        socket.reuseaddr()
                                .or(() -> listener.flatMap(PortSocket::reuseaddr))
                                .orElse(server),
                        socket.reuseport()
                                .or(() -> listener.flatMap(PortSocket::reuseport))
                                .orElse(false),
                        orphan ? listener.map(PortSocket::uid).orElse(socket.uid()) : socket.uid(),
                        socket.device(),
                        stage,
                        false);
        RuleSocket generous =
                likely.withReuseaddr(socket.reuseaddr().orElse(true))
                        .withReuseport(port.orElse(true))
                        .withV6only(peered ? socket.v6only().orElse(true) : likely.v6only())
                        .withUid(orphan ? wanted.uid() : likely.uid());
        RuleSocket strict =
                likely.withReuseaddr(socket.reuseaddr().orElse(false))
                        .withReuseport(port.orElse(false))
                        .withV6only(peered ? socket.v6only().orElse(false) : likely.v6only())
                        .withUid(orphan ? ~wanted.uid() : likely.uid());
        List<String> unknown = new ArrayList<>();
        add(unknown, "SO_REUSEADDR", socket.reuseaddr().isPresent());
        add(unknown, "SO_REUSEPORT", port.isPresent());
        add(unknown, "IPV6_V6ONLY", v6known);
        add(unknown, "uid", !orphan);
        return new ObservedSocket(socket, likely, generous, strict, String.join(", ", unknown));
    }

    private static void add(List<String> names, String name, boolean known) {
        if (!known) {
            names.add(name);
        }
    }

    private static SocketStage stage(PortSocket socket) {
        if (socket.protocol() == Protocol.UDP) {
            return socket.remote().isPresent() ? SocketStage.CONNECTED : SocketStage.BOUND;
        }
        boolean kept = socket.timeWaitMillis().isPresent();
        return switch (socket.state()) {
            case LISTEN -> SocketStage.LISTENING;
            case BOUND_INACTIVE, CLOSE -> SocketStage.BOUND;
            case TIME_WAIT -> SocketStage.TIME_WAIT;
            case ESTABLISHED,
                    SYN_SENT,
                    SYN_RECV,
                    FIN_WAIT1,
                    FIN_WAIT2,
                    CLOSE_WAIT,
                    LAST_ACK,
                    CLOSING,
                    NEW_SYN_RECV ->
                    kept ? SocketStage.TIME_WAIT : SocketStage.CONNECTED;
        };
    }

    /// The listener that a connection came from, judging by the addresses.
    private static Optional<PortSocket> listener(PortSocket socket, List<PortSocket> all) {
        if (stage(socket) == SocketStage.LISTENING || stage(socket) == SocketStage.BOUND) {
            return Optional.empty();
        }
        return all.stream()
                .filter(other -> other.protocol() == socket.protocol())
                .filter(other -> stage(other) == SocketStage.LISTENING)
                .filter(other -> other.local().port() == socket.local().port())
                .filter(other -> other.family() == socket.family())
                .filter(
                        other ->
                                other.local().wildcard()
                                        || NormalizedAddress.of(other.local())
                                                .equals(NormalizedAddress.of(socket.local())))
                .findFirst();
    }

    /// Whether a process holds it, which could set its options or close it.
    boolean held() {
        return socket.inode() != 0;
    }
}
