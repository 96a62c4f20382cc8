package dev.berth.dispatch;

import dev.berth.net.ListenAddress;
import dev.berth.net.Protocol;

import java.util.List;

/// The configuration of a dispatcher. Plain data.
///
/// @param listen TCP addresses, one listener each; `[::]` accepts both families
/// @param backlog of each listener; the kernel caps it at `net.core.somaxconn`
public record DispatcherConfig(
        List<ListenAddress> listen,
        int backlog,
        Routes routes,
        ProxyProtocol proxy,
        DispatcherLimits limits) {
    public DispatcherConfig {
        listen = List.copyOf(listen);
        if (listen.isEmpty()) {
            throw new IllegalArgumentException("a dispatcher listens on at least one address");
        }
        for (ListenAddress address : listen) {
            if (address.protocol() != Protocol.TCP) {
                throw new IllegalArgumentException(
                        "the dispatcher takes TCP addresses only: " + address);
            }
        }
    }

    /// Sends every connection to the service `name` without inspecting it.
    public static DispatcherConfig simple(List<ListenAddress> listen, int backlog, String name) {
        return new DispatcherConfig(
                listen, backlog, Routes.all(name), ProxyProtocol.OFF, DispatcherLimits.defaults());
    }

    /// Whether a connection's first bytes are inspected before it is passed on.
    boolean peeks() {
        return routes.needContent() || proxy != ProxyProtocol.OFF;
    }

    /// Whether the kernel may hold a connection back until its client has sent something.
    boolean defers() {
        return proxy == ProxyProtocol.REQUIRED || routes.clientsSpeakFirst();
    }
}
