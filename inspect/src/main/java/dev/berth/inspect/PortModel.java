package dev.berth.inspect;

import java.util.List;
import java.util.function.UnaryOperator;

/// One port number of one network namespace, as the kernel keeps it: sockets by name, and what it
/// remembers of those that are gone.
sealed interface PortModel permits TcpPort, UdpPort {
    /// Whether bind(2) succeeds; the socket is on the port then.
    boolean bind(String name, RuleSocket socket);

    /// The socket as it is now.
    RuleSocket socket(String name);

    /// All that are on the port, in no order.
    List<RuleSocket> sockets();

    /// Changes options, uid or stage of a socket, which the kernel does without a check.
    void change(String name, UnaryOperator<RuleSocket> change);

    /// The socket is closed and leaves nothing.
    void gone(String name);
}
