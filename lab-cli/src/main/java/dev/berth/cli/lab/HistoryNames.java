package dev.berth.cli.lab;

import dev.berth.sys.SockAddr;
import dev.berth.sys.Sockets;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// The names that the steps of a history have used so far.
///
/// **Errors:** `IllegalArgumentException` for a name that is not permitted there.
final class HistoryNames {
    private static final int CONNECTION = 0;

    /// The family of each socket; 0 for an end of a connection.
    private final Map<String, Integer> families = new HashMap<>();

    private final Set<String> closed = new HashSet<>();
    private final Map<String, SockAddr.Inet> bound = new HashMap<>();
    private final Set<String> v6only = new HashSet<>();

    /// Gives a socket this name.
    void define(String id, int family, boolean only) {
        define(id, family);
        if (only) {
            v6only.add(id);
        }
    }

    private void define(String id, int family) {
        if (id.isEmpty()) {
            throw new IllegalArgumentException("an id must not be empty");
        }
        if (families.containsKey(id) && !closed.remove(id)) {
            throw new IllegalArgumentException(
                    "id \"" + id + "\" is already in use; close it first, or use another id");
        }
        families.put(id, family);
        bound.remove(id);
        v6only.remove(id);
    }

    void defineConnection(String id) {
        define(id, CONNECTION);
    }

    /// Checks that an earlier step made something with this name.
    void use(String id) {
        if (!families.containsKey(id)) {
            throw new IllegalArgumentException("no earlier step made \"" + id + "\"");
        }
    }

    /// Checks that a `socket` step made a socket with this name.
    void useSocket(String id) {
        use(id);
        if (families.getOrDefault(id, CONNECTION) == CONNECTION) {
            throw new IllegalArgumentException(
                    "\"" + id + "\" is an end of a connection; this step needs a socket");
        }
    }

    void bind(String id, SockAddr.Inet address) {
        useSocket(id);
        suits(id, address);
        bound.put(id, address);
    }

    private void suits(String id, SockAddr.Inet address) {
        if (families.getOrDefault(id, CONNECTION) != address.family()) {
            throw new IllegalArgumentException(
                    "\"%s\" is an %s socket, but %s is an %s address"
                            .formatted(
                                    id,
                                    name(families.getOrDefault(id, CONNECTION)),
                                    address.host(),
                                    name(address.family())));
        }
    }

    /// Checks that the socket can be connected to `peer`: it must be bound already, because
    /// otherwise the kernel would bind it, and must be able to reach `peer` from its address.
    void connect(String id, SockAddr.Inet peer) {
        useSocket(id);
        suits(id, peer);
        SockAddr.Inet own = bound.get(id);
        if (own == null) {
            throw new IllegalArgumentException("bind \"" + id + "\" first");
        }
        boolean any = own.wildcard() && !mapped(own);
        boolean inner = mapped(peer);
        if (!peer.loopback() || inner && v6only.contains(id) || !any && inner != mapped(own)) {
            throw new IllegalArgumentException(
                    "\"%s\", bound to %s, cannot reach %s: the only interface is lo"
                            .formatted(id, own.host(), peer.host()));
        }
    }

    private static boolean mapped(SockAddr.Inet address) {
        return address instanceof SockAddr.Inet6 six && six.mapped().isPresent();
    }

    /// Checks that the socket is not bound yet.
    void useUnbound(String id) {
        useSocket(id);
        if (bound.containsKey(id)) {
            throw new IllegalArgumentException(
                    "attach must come before the bind of \"" + id + "\"");
        }
    }

    void close(String id) {
        use(id);
        closed.add(id);
    }

    private static String name(int family) {
        return family == Sockets.AF_INET ? "IPv4" : "IPv6";
    }
}
