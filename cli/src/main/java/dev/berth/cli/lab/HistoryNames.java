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
    private final Set<String> bound = new HashSet<>();

    /// A socket gets this name.
    void define(String id, int family) {
        if (id.isEmpty()) {
            throw new IllegalArgumentException("an id may not be empty");
        }
        if (families.containsKey(id) && !closed.remove(id)) {
            throw new IllegalArgumentException(
                    "id \"" + id + "\" is taken already; close it first, or use another");
        }
        families.put(id, family);
        bound.remove(id);
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
        bound.add(id);
    }

    /// The name is of a socket that is not bound yet.
    void useUnbound(String id) {
        useSocket(id);
        if (bound.contains(id)) {
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
