package dev.berth.supervise.contract;

import dev.berth.net.ListenAddress;

import java.nio.file.Path;
import java.util.List;

/// Plans with arbitrary values except those given.
public final class ServiceSpecs {
    private ServiceSpecs() {}

    /// A plan that shares these TCP ports.
    public static ServiceSpec named(Integer... ports) {
        return of(group(new SharedAddresses(List.of(ports), List.of()), List.of()));
    }

    /// A plan for one intercepted worker of this group.
    public static ServiceSpec of(GroupSpec group) {
        return new ServiceSpec(
                "app",
                Path.of("/"),
                new WorkerSpec(new Command(List.of("app")), 1, ProcessSpec.defaults()),
                new SocketSource.Intercept(group),
                new Policy.Hash(),
                Timing.defaults());
    }

    /// A group with these addresses and private ports.
    public static GroupSpec group(SharedAddresses addresses, List<Integer> privatePorts) {
        return new GroupSpec(
                addresses,
                privatePorts,
                512,
                new Readiness.Listening(),
                SteeringSpec.defaults(),
                false);
    }

    /// A group that shares what is named in full.
    public static GroupSpec listening(List<ListenAddress> listen) {
        return group(new SharedAddresses(List.of(), listen), List.of());
    }

    /// What makes a worker ready that the state machine treats as `kind`.
    public static Readiness readiness(Settings.Ready kind) {
        return kind == Settings.Ready.ANNOUNCED
                ? new Readiness.Notified()
                : new Readiness.Listening();
    }
}
