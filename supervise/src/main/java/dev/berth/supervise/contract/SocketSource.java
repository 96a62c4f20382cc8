package dev.berth.supervise.contract;

import dev.berth.dispatch.ProxyProtocol;

/// How the workers of a service get the connections of its addresses: through a listener of their
/// own in one SO_REUSEPORT group, which comes about in three ways, or from a dispatcher.
public sealed interface SocketSource {
    /// `seccomp`, `listen-fds`, `bind` or `dispatch`: the word in `status`.
    default String word() {
        return switch (this) {
            case Intercept _ -> "seccomp";
            case Activate _ -> "listen-fds";
            case SelfBind _ -> "bind";
            case Dispatch _ -> "dispatch";
        };
    }

    SharedAddresses addresses();

    /// The backlog of every shared listener; the kernel caps it at `net.core.somaxconn`.
    int backlog();

    /// Each worker has listeners of its own, and the kernel distributes the connections.
    sealed interface Grouped extends SocketSource {
        GroupSpec group();

        @Override
        default SharedAddresses addresses() {
            return group().addresses();
        }

        @Override
        default int backlog() {
            return group().backlog();
        }
    }

    /// The supervisor answers the worker's own bind(2) and listen(2). For any program.
    record Intercept(GroupSpec group) implements Grouped {}

    /// The supervisor hands its sockets over from descriptor 3 on, announced by the environment
    /// variables of socket activation. For programs that support them.
    ///
    /// @param firstAtZero whether the first socket is also descriptor 0
    record Activate(GroupSpec group, boolean firstAtZero) implements Grouped {
        public Activate {
            group.addresses().require("--adopt listen-fds");
        }
    }

    /// The worker binds by itself with SO_REUSEPORT. The weakest way: the supervisor can only look
    /// for the socket.
    record SelfBind(GroupSpec group) implements Grouped {
        public SelfBind {
            group.addresses().require("--adopt bind");
        }
    }

    /// A dispatcher accepts connections and passes them on to the workers, which do not listen.
    ///
    /// @param proxy whether its clients are proxies that announce the real client
    record Dispatch(SharedAddresses addresses, int backlog, ProxyProtocol proxy)
            implements SocketSource {
        public Dispatch {
            addresses.require("--share dispatch");
        }
    }
}
