package dev.berth.inspect;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;

/// One port number of one network namespace, as the kernel keeps it: sockets by name, and what it
/// remembers of those that are gone.
///
/// **errors**: `IllegalArgumentException` for a name that is not on the port, or already is.
abstract sealed class PortModel permits TcpPort, UdpPort {
    private final Map<String, RuleSocket> sockets = new HashMap<>();

    /// Whether the kernel lets this socket onto the port, beside those that are there.
    abstract boolean admits(String name, RuleSocket wanted);

    /// Whether bind(2) succeeds; the socket is on the port then.
    public boolean bind(String name, RuleSocket socket) {
        if (sockets.containsKey(name)) {
            throw new IllegalArgumentException("on the port already: " + name);
        }
        if (!admits(name, socket)) {
            return false;
        }
        put(name, socket);
        return true;
    }

    /// The socket as it is now.
    public RuleSocket socket(String name) {
        RuleSocket socket = sockets.get(name);
        if (socket == null) {
            throw new IllegalArgumentException("not on the port: " + name);
        }
        return socket;
    }

    /// All that are on the port, in no order.
    public List<RuleSocket> sockets() {
        return List.copyOf(sockets.values());
    }

    /// Changes options, uid or stage of a socket, which the kernel does without a check.
    public void change(String name, UnaryOperator<RuleSocket> change) {
        put(name, Objects.requireNonNull(change.apply(socket(name))));
    }

    /// The socket is closed and leaves nothing.
    public void gone(String name) {
        socket(name);
        sockets.remove(name);
    }

    void put(String name, RuleSocket socket) {
        sockets.put(name, socket);
    }

    /// Whether nobody is on the port.
    boolean empty() {
        return sockets.isEmpty();
    }

    /// All that are on the port but the one of this name.
    List<RuleSocket> others(String name) {
        return sockets.entrySet().stream()
                .filter(other -> !other.getKey().equals(name))
                .map(Map.Entry::getValue)
                .toList();
    }
}
