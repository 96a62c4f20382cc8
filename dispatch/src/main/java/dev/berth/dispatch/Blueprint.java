package dev.berth.dispatch;

import dev.berth.net.ListenAddress;
import dev.berth.net.Protocol;

import java.util.List;

/// What a dispatcher is to be. Plain data.
///
/// @param listen TCP addresses, one listener each; `[::]` takes both families
/// @param backlog of each; the kernel caps it at `net.core.somaxconn`
public record Blueprint(
        List<ListenAddress> listen,
        int backlog,
        Routes routes,
        ProxyProtocol proxy,
        Limits limits) {
    public Blueprint {
        listen = List.copyOf(listen);
        if (listen.isEmpty()) {
            throw new IllegalArgumentException("a dispatcher listens on at least one address");
        }
        for (ListenAddress address : listen) {
            if (address.protocol() != Protocol.TCP) {
                throw new IllegalArgumentException(
                        "connections are dispatched, so TCP only: " + address);
            }
        }
    }

    /// Every connection to the service `name`, without a look at it.
    public static Blueprint simple(List<ListenAddress> listen, int backlog, String name) {
        return new Blueprint(
                listen, backlog, Routes.all(name), ProxyProtocol.OFF, Limits.defaults());
    }

    /// Whether a connection is looked at before it is passed on.
    boolean peeks() {
        return routes.needContent() || proxy != ProxyProtocol.OFF;
    }

    /// Whether the kernel may keep a connection until its client has sent something.
    boolean defers() {
        return proxy == ProxyProtocol.REQUIRED || routes.clientsSpeakFirst();
    }
}
