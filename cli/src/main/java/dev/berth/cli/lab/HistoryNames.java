package dev.berth.cli.lab;

import dev.berth.sys.SockAddr;
import dev.berth.sys.Sockets;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// The names that the steps of a history have used so far.
///
/// **errors**: `IllegalArgumentException` for one that may not be used so.
final class HistoryNames {
    private static final int CONNECTION = 0;

    /// The family of each socket; 0 for an end of a connection.
    private final Map<String, Integer> families = new HashMap<>();

    private final Set<String> closed = new HashSet<>();
    private final Map<String, SockAddr.Inet> bound = new HashMap<>();
    private final Set<String> v6only = new HashSet<>();

    /// A socket gets this name.
    void define(String id, int family, boolean only) {
        define(id, family);
        if (only) {
            v6only.add(id);
        }
    }

    private void define(String id, int family) {
        if (id.isEmpty()) {
            throw new IllegalArgumentException("an id may not be empty");
        }
        if (families.containsKey(id) && !closed.remove(id)) {
            throw new IllegalArgumentException(
                    "id \"" + id + "\" is taken already; close it first, or use another");
        }
        families.put(id, family);
        bound.remove(id);
        v6only.remove(id);
    }

    void defineConnection(String id) {
        define(id, CONNECTION);
    }

    /// The name is of something that an earlier step made.
    void use(String id) {
        if (!families.containsKey(id)) {
            throw new IllegalArgumentException("no earlier step made \"" + id + "\"");
        }
    }

    /// The name is of a socket that a `socket` step made.
    void useSocket(String id) {
        use(id);
        if (families.getOrDefault(id, CONNECTION) == CONNECTION) {
            throw new IllegalArgumentException(
                    "\"" + id + "\" is an end of a connection; this is for sockets");
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
                    "\""
                            + id
                            + "\" is an "
                            + name(families.getOrDefault(id, CONNECTION))
                            + " socket, and "
                            + address.host()
                            + " an "
                            + name(address.family())
                            + " address");
        }
    }

    /// The name is of a socket that connect(2) gives `peer` to: bound before, else the kernel would
    /// bind it, and to an address that it reaches from there.
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
                    "\""
                            + id
                            + "\", bound to "
                            + own.host()
                            + ", does not reach "
                            + peer.host()
                            + ": there is nothing but lo");
        }
    }

    private static boolean mapped(SockAddr.Inet address) {
        return address instanceof SockAddr.Inet6 six && six.mapped().isPresent();
    }

    /// The name is of a socket that is not bound yet.
    void useUnbound(String id) {
        useSocket(id);
        if (bound.containsKey(id)) {
            throw new IllegalArgumentException("attach comes before the bind of \"" + id + "\"");
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
