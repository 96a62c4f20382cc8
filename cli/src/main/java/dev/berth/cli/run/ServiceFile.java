package dev.berth.cli.run;

import dev.berth.dispatch.ProxyProtocol;
import dev.berth.dispatch.Routes;
import dev.berth.net.ListenAddress;
import dev.berth.supervise.contract.Command;
import dev.berth.supervise.contract.Policy;

import java.util.List;
import java.util.Optional;

/// What a `berth.toml` says: services that share addresses, told apart by what clients send first.
///
/// - `name`: what the supervisors' names begin with
/// - `listen`: at least one
record ServiceFile(
        Optional<String> name,
        List<ListenAddress> listen,
        ProxyProtocol proxy,
        Routes routes,
        List<Service> services) {
    ServiceFile {
        listen = List.copyOf(listen);
        services = List.copyOf(services);
    }

    /// One of them; what is empty is as the command line says.
    ///
    /// - `place`: where in the file the command stands, for messages
    record Service(
            String name,
            Command command,
            String place,
            Optional<Integer> workers,
            Optional<Policy> steer) {}
}
