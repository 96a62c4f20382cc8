package dev.berth.supervise.contract;

import dev.berth.sys.Signal;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// Plans with arbitrary values except those given.
public final class ServiceSpecs {
    private ServiceSpecs() {}

    /// A plan that shares these TCP ports.
    public static ServiceSpec named(Integer... ports) {
        return new ServiceSpec(
                "app",
                new Command(List.of("app")),
                1,
                List.of(ports),
                List.of(),
                List.of(),
                SocketMode.SECCOMP,
                SteeringBackend.AUTO,
                new Policy.Hash(),
                OptionalInt.empty(),
                Settings.defaults(),
                Path.of("/"),
                Map.of(),
                Optional.empty(),
                Signal.TERM,
                128,
                false,
                false,
                Optional.empty(),
                Path.of("/"));
    }
}
