package dev.berth.inspect;

import dev.berth.net.BoundAddress;
import dev.berth.net.Protocol;
import dev.berth.sys.Errno;
import dev.berth.sys.SockAddr;
import dev.berth.sys.Sockets;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Predicts each bind(2) and listen(2) of a history, by the exact rules, in an empty network
/// namespace with only `lo`.
///
/// A connection is assumed to reach the listener that it names: the rules say which sockets can be
/// on a port, not which of them the kernel prefers.
public final class HistoryModel {
    /// The answer of a call that succeeds.
    public static final String OK = "OK";

    private final Protocol protocol;
    private final PortModel port;

    /// Sockets that are created but neither bound nor closed.
    private final Map<String, RuleSocket> unbound = new HashMap<>();

    /// Names of the open descriptors on the port.
    private final Set<String> onPort = new HashSet<>();

    /// Sockets that listen on some other port, which is the result of listen(2) without bind(2).
    private final Map<String, RuleSocket> elsewhere = new HashMap<>();

    /// The client of each accepted socket, while both are open, and vice versa.
    private final Map<String, String> peers = new HashMap<>();

    private final Set<String> clients = new HashSet<>();

    /// A history that is about to begin.
    public HistoryModel(Protocol protocol) {
        this.protocol = protocol;
        this.port = protocol == Protocol.TCP ? new TcpPort() : new UdpPort();
    }

    /// The predicted answer of each step, `OK` or the name of an errno; empty for steps that are
    /// neither bind nor listen.
    public static List<Optional<String>> predict(History history) {
        HistoryModel model = new HistoryModel(history.protocol());
        return history.steps().stream().map(model::next).toList();
    }

    /// Applies the next step and returns its predicted answer; empty if it is neither bind nor
    /// listen.
    public Optional<String> next(HistoryStep step) {
        switch (step) {
            case HistoryStep.Bind bind -> {
                return Optional.of(bind(bind));
            }
            case HistoryStep.Listen listen -> {
                return Optional.of(listen(listen.id()));
            }
            case HistoryStep.Open open -> unbound.put(open.id(), made(open));
            case HistoryStep.Attach attach ->
                    unbound.computeIfPresent(
                            attach.id(), (_, socket) -> socket.withProgram(socket.reuseport()));
            case HistoryStep.Change change -> change(change);
            case HistoryStep.Shutdown shutdown -> shutdown(shutdown.id());
            case HistoryStep.Close close -> close(close.id());
            case HistoryStep.Connect connect -> connect(connect);
            case HistoryStep.Peer peer -> peer(peer);
        }
        return Optional.empty();
    }

    /// The names of the sockets that hold the port through a descriptor.
    Set<String> onPort() {
        return onPort;
    }

    /// The names of the clients whose descriptor is open.
    Set<String> clients() {
        return clients;
    }

    /// The other end of a connection, while both are open.
    Optional<String> peer(String id) {
        return Optional.ofNullable(peers.get(id));
    }

    /// All sockets that hold the port, with or without a descriptor.
    List<RuleSocket> everyone() {
        return port.sockets();
    }

    RuleSocket socket(String id) {
        RuleSocket socket = unbound.get(id);
        return socket == null ? port.socket(id) : socket;
    }

    private RuleSocket made(HistoryStep.Open open) {
        SockAddr.Inet any =
                open.family() == Sockets.AF_INET
                        ? new SockAddr.Inet4(0, 0)
                        : new SockAddr.Inet6(0, 0, 0);
        return new RuleSocket(
                any,
                open.v6only(),
                open.reuseaddr(),
                open.reuseport(),
                open.uid(),
                open.loopback() ? 1 : 0,
                SocketStage.BOUND,
                false);
    }

    private String bind(HistoryStep.Bind bind) {
        RuleSocket socket = unbound.remove(bind.id());
        if (socket == null) {
            boolean open = onPort.contains(bind.id()) || elsewhere.containsKey(bind.id());
            if (open) {
                close(bind.id());
            }
            return (open ? Errno.EINVAL : Errno.EBADF).name();
        }
        Optional<Errno> wrong = wrong(socket, bind.address());
        if (wrong.isPresent()) {
            return wrong.get().name();
        }
        if (!port.bind(bind.id(), socket.withAddress(bind.address()))) {
            return Errno.EADDRINUSE.name();
        }
        onPort.add(bind.id());
        return OK;
    }

    private Optional<Errno> wrong(RuleSocket socket, SockAddr.Inet address) {
        if (address.family() != socket.address().family()) {
            return Optional.of(socket.inet() ? Errno.EAFNOSUPPORT : Errno.EINVAL);
        }
        return new AddressCheck(address.loopback(), false, false)
                .errno(protocol, address, socket.v6only(), socket.device());
    }

    private String listen(String id) {
        if (protocol == Protocol.UDP) {
            boolean open = unbound.containsKey(id) || onPort.contains(id);
            return (open ? Errno.EOPNOTSUPP : Errno.EBADF).name();
        }
        RuleSocket alone = unbound.remove(id);
        if (alone != null) {
            elsewhere.put(id, alone);
        }
        if (elsewhere.containsKey(id)) {
            return OK;
        }
        if (!onPort.contains(id)) {
            return Errno.EBADF.name();
        }
        if (port.socket(id).stage().hasPeer()) {
            return Errno.EINVAL.name();
        }
        return tcp().listen(id) ? OK : Errno.EADDRINUSE.name();
    }

    private void change(HistoryStep.Change change) {
        String id = change.id();
        if (onPort.contains(id)) {
            port.change(id, socket -> changed(socket, change));
        } else {
            unbound.computeIfPresent(id, (_, socket) -> changed(socket, change));
            elsewhere.computeIfPresent(id, (_, socket) -> changed(socket, change));
        }
    }

    private static RuleSocket changed(RuleSocket socket, HistoryStep.Change change) {
        return socket.withReuseaddr(change.reuseaddr().orElse(socket.reuseaddr()))
                .withReuseport(change.reuseport().orElse(socket.reuseport()))
                .withUid(change.uid().orElse(socket.uid()));
    }

    private void shutdown(String id) {
        RuleSocket released = elsewhere.remove(id);
        if (released != null) {
            // A port that the kernel chose is given back.
            unbound.put(id, released);
        }
        if (onPort.contains(id) && port.socket(id).stage() == SocketStage.LISTENING) {
            port.change(id, socket -> socket.withStage(SocketStage.BOUND));
        }
    }

    private void close(String id) {
        String peer = peers.remove(id);
        boolean first = peer != null;
        if (peer != null) {
            peers.remove(peer);
        }
        unbound.remove(id);
        elsewhere.remove(id);
        clients.remove(id);
        if (!onPort.remove(id)) {
            return;
        }
        if (first) {
            tcp().leave(id);
        } else {
            port.gone(id);
        }
    }

    private void connect(HistoryStep.Connect connect) {
        if (protocol != Protocol.TCP || !reaches(connect)) {
            return;
        }
        RuleSocket listener = port.socket(connect.to());
        SockAddr.Inet local =
                !listener.inet() && connect.via() instanceof SockAddr.Inet4 four
                        ? SockAddr.Inet6.mapped(four)
                        : connect.via();
        tcp().accept(connect.to(), connect.accept(), local, connect.acceptUid());
        onPort.add(connect.accept());
        clients.add(connect.id());
        peers.put(connect.id(), connect.accept());
        peers.put(connect.accept(), connect.id());
    }

    private boolean reaches(HistoryStep.Connect connect) {
        return onPort.contains(connect.to())
                && port.socket(connect.to()).stage() == SocketStage.LISTENING
                && covers(port.socket(connect.to()), connect.via());
    }

    /// Whether a packet to `via` may reach this socket.
    static boolean covers(RuleSocket socket, SockAddr.Inet via) {
        return socket.boundAddress().coversAddress(new BoundAddress(via, true, 0));
    }

    private void peer(HistoryStep.Peer peer) {
        if (!(port instanceof UdpPort udp) || !onPort.contains(peer.id())) {
            return;
        }
        RuleSocket socket = udp.socket(peer.id());
        if (!socket.place().wildcard()) {
            udp.connect(peer.id(), socket.address());
            return;
        }
        udp.connect(peer.id(), ownAddress(socket, NormalizedAddress.of(peer.peer()).inet4()));
    }

    /// The address that a socket gets from the route to any loopback address.
    private static SockAddr.Inet ownAddress(RuleSocket socket, boolean inet4) {
        if (!inet4) {
            return new SockAddr.Inet6(0, 1, 0);
        }
        SockAddr.Inet4 loopback = new SockAddr.Inet4(0x7f000001, 0);
        return socket.inet() ? loopback : SockAddr.Inet6.mapped(loopback);
    }

    private TcpPort tcp() {
        return (TcpPort) port;
    }
}
