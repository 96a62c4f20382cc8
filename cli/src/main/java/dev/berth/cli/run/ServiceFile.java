package dev.berth.cli.run;

import dev.berth.dispatch.ProxyProtocol;
import dev.berth.dispatch.Routes;
import dev.berth.net.ListenAddress;
import dev.berth.supervise.contract.Command;
import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.ServiceSpec;
import dev.berth.supervise.contract.WorkerSpec;

import java.util.List;
import java.util.Optional;

/// The contents of a `berth.toml`: services that share addresses and are distinguished by what
/// clients send first.
///
/// @param name the beginning of the supervisors' names
/// @param listen at least one
record ServiceFile(
        Optional<String> name,
        List<ListenAddress> listen,
        ProxyProtocol proxy,
        Routes routes,
        List<ServiceEntry> services) {
    ServiceFile {
        listen = List.copyOf(listen);
        services = List.copyOf(services);
    }

    /// One of the services. The command line applies to what is empty.
    ///
    /// @param place the position of the command in the file, for messages
    record ServiceEntry(
            String name,
            Command command,
            String place,
            Optional<Integer> workers,
            Optional<Policy> steer) {
        /// The service as the file and the command line describe it.
        ///
        /// @param common what all services of the file have in common
        RequestedService of(ServiceSpec common) {
            WorkerSpec same = common.workers();
            ServiceSpec spec =
                    common.withName(common.name() + "." + name, common.runtime())
                            .withWorkers(
                                    same.withCommand(command)
                                            .withCount(workers.orElse(same.count())))
                            .withPolicy(steer.orElse(common.policy()));
            return new RequestedService(spec, Optional.of(name), place + ": ", true);
        }
    }
}
