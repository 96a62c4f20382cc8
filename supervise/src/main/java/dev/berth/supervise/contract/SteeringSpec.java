package dev.berth.supervise.contract;

import java.time.Duration;
import java.util.OptionalInt;

/// How connections are distributed over the listeners of a group.
///
/// @param backend the mechanism
/// @param join whether a new group may share its address with foreign listeners
/// @param maxConnections a slot with this many open connections gets no more; empty: no limit
/// @param slowStart how long a fresh worker's share of the connections grows; zero: it gets all of
///   it at once
public record SteeringSpec(
        SteeringBackend backend, boolean join, OptionalInt maxConnections, Duration slowStart) {
    public SteeringSpec {
        if (join && (backend == SteeringBackend.EBPF || backend == SteeringBackend.CBPF)) {
            throw new IllegalArgumentException(
                    "with --join, the kernel's hash gives other sockets on the port their share; a"
                            + " BPF program would steer every connection to these workers: omit"
                            + " --bpf");
        }
    }

    /// The best mechanism, and no limits.
    public static SteeringSpec defaults() {
        return new SteeringSpec(SteeringBackend.AUTO, false, OptionalInt.empty(), Duration.ZERO);
    }
}
