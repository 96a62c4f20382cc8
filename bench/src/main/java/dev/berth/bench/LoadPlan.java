package dev.berth.bench;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;

/// The configuration of a load client. Loopback only.
///
/// @param address the server's address
/// @param path the path of every request
/// @param clients the number of threads, each with one connection at a time
/// @param requestsPerConnection 1 for short connections (`Connection: close`)
/// @param limits the limits of the load
record LoadPlan(
        InetSocketAddress address,
        String path,
        int clients,
        int requestsPerConnection,
        LoadLimits limits) {

    private static final int MAX_CLIENTS = 256;

    LoadPlan {
        if (address.getAddress() == null || !address.getAddress().isLoopbackAddress()) {
            throw new IllegalArgumentException("not a loopback address: " + address);
        }
        if (clients < 1 || clients > MAX_CLIENTS) {
            throw new IllegalArgumentException("clients not in 1.." + MAX_CLIENTS + ": " + clients);
        }
        if (requestsPerConnection < 1) {
            throw new IllegalArgumentException("requests per connection: " + requestsPerConnection);
        }
    }

    /// Eight clients with short connections to 127.0.0.1, until they are stopped.
    static LoadPlan defaults(int port) {
        var address = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port);
        return new LoadPlan(address, "/", 8, 1, LoadLimits.defaults());
    }

    LoadPlan withPath(String other) {
        return new LoadPlan(address, other, clients, requestsPerConnection, limits);
    }

    LoadPlan withClients(int count) {
        return new LoadPlan(address, path, count, requestsPerConnection, limits);
    }

    LoadPlan withRequestsPerConnection(int count) {
        return new LoadPlan(address, path, clients, count, limits);
    }

    LoadPlan withLimits(LoadLimits others) {
        return new LoadPlan(address, path, clients, requestsPerConnection, others);
    }

    LoadPlan withBounds(Duration longest, long most) {
        return withLimits(limits.withBounds(longest, most));
    }

    LoadPlan withRate(int perSecond) {
        return withLimits(limits.withRate(perSecond));
    }
}
