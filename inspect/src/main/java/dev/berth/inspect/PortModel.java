package dev.berth.inspect;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;

/// One port number of one network namespace, as the kernel keeps it: sockets by name, and what the
/// kernel remembers of earlier sockets.
///
/// **Errors:** `IllegalArgumentException` for a name that is not on the port, or already is.
abstract sealed class PortModel permits TcpPort, UdpPort {
    private final Map<String, RuleSocket> sockets = new HashMap<>();

    /// Whether the kernel admits this socket to the port, given the sockets that are already there.
    abstract boolean admits(String name, RuleSocket wanted);

    /// Whether bind(2) succeeds; if so, the socket is on the port afterwards.
    public boolean bind(String name, RuleSocket socket) {
        if (sockets.containsKey(name)) {
            throw new IllegalArgumentException("already on the port: " + name);
        }
        if (!admits(name, socket)) {
            return false;
        }
        put(name, socket);
        return true;
    }

    /// The current state of the socket.
    public RuleSocket socket(String name) {
        RuleSocket socket = sockets.get(name);
        if (socket == null) {
            throw new IllegalArgumentException("not on the port: " + name);
        }
        return socket;
    }

    /// All sockets on the port, in no order.
    public List<RuleSocket> sockets() {
        return List.copyOf(sockets.values());
    }

    /// Changes options, uid or stage of a socket, which the kernel does without a check.
    public void change(String name, UnaryOperator<RuleSocket> change) {
        put(name, Objects.requireNonNull(change.apply(socket(name))));
    }

    /// The socket is closed and leaves nothing behind.
    public void gone(String name) {
        socket(name);
        sockets.remove(name);
    }

    void put(String name, RuleSocket socket) {
        sockets.put(name, socket);
    }

    /// Whether the port has no sockets.
    boolean empty() {
        return sockets.isEmpty();
    }

    /// All sockets on the port except the one with this name.
    List<RuleSocket> others(String name) {
        return sockets.entrySet().stream()
                .filter(other -> !other.getKey().equals(name))
                .map(Map.Entry::getValue)
                .toList();
    }
}
