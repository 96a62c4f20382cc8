package dev.berth.supervise.contract;

import dev.berth.net.ListenAddress;
import dev.berth.sys.User;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// What a supervisor is asked to run, and how. Plain data: while the supervisor runs, only the
/// command and the number of workers change.
///
/// @param name of the supervisor: letters, digits, `.`, `_`, `-`
/// @param runtime the directory that this supervisor may use for its sockets; exists when the
///   supervisor is created
/// @param policy decides which worker in service gets the next connection, until it is changed
public record ServiceSpec(
        String name,
        Path runtime,
        WorkerSpec workers,
        SocketSource sockets,
        Policy policy,
        Timing timing) {
    /// The most workers that one supervisor can have.
    public static final int MOST_WORKERS = 256;

    public ServiceSpec {
        if (!name.matches("[A-Za-z0-9._-]{1,64}") || name.startsWith(".")) {
            throw new IllegalArgumentException(
                    "a name has letters, digits, '.', '_' and '-', at most 64: " + name);
        }
    }

    /// The same under another name, with the directory that belongs to it.
    public ServiceSpec withName(String next, Path directory) {
        return new ServiceSpec(next, directory, workers, sockets, policy, timing);
    }

    /// The same with other workers.
    public ServiceSpec withWorkers(WorkerSpec next) {
        return new ServiceSpec(name, runtime, next, sockets, policy, timing);
    }

    /// The same with other process attributes.
    public ServiceSpec withProcess(UnaryOperator<ProcessSpec> change) {
        return withWorkers(workers.withProcess(change.apply(workers.process())));
    }

    /// The same with another policy.
    public ServiceSpec withPolicy(Policy next) {
        return new ServiceSpec(name, runtime, workers, sockets, next, timing);
    }

    /// What the state machine goes by: the times, and what follows from the sockets.
    public Settings settings() {
        return switch (sockets) {
            case SocketSource.Dispatch _ ->
                    new Settings(timing, Settings.Ready.READY_PROTOCOL, true, Duration.ZERO, false);
            case SocketSource.Grouped grouped -> grouped.group().settings(timing);
        };
    }

    /// What the workers that listen for themselves share; empty with a dispatcher.
    public Optional<GroupSpec> group() {
        return sockets instanceof SocketSource.Grouped grouped
                ? Optional.of(grouped.group())
                : Optional.empty();
    }

    /// How connections are distributed over the listeners of a group; with a dispatcher, which has
    /// none of this, the defaults.
    public SteeringSpec steering() {
        return group().map(GroupSpec::steering).orElseGet(SteeringSpec::defaults);
    }

    /// What a worker must answer to be ready, if anything.
    public Optional<Probe> probe() {
        return group().flatMap(group -> group.readiness().probe());
    }

    /// Shared ports named without an address (`-p`).
    public List<Integer> ports() {
        return sockets.addresses().ports();
    }

    /// Shared addresses named in full (`-l`).
    public List<ListenAddress> listen() {
        return sockets.addresses().listen();
    }

    /// Whether the user named what is shared.
    public boolean named() {
        return sockets.addresses().named();
    }

    /// Ports of which each slot gets its own: slot *i* is bound to PORT + *i*.
    public List<Integer> privatePorts() {
        return group().map(GroupSpec::privatePorts).orElseGet(List::of);
    }

    /// Whether a new group may share its address with foreign listeners.
    public boolean join() {
        return steering().join();
    }

    /// The backlog of every shared listener; the kernel caps it at `net.core.somaxconn`.
    public int backlog() {
        return sockets.backlog();
    }

    public Command command() {
        return workers.command();
    }

    public ProcessSpec process() {
        return workers.process();
    }

    /// The user that the workers run as; empty: the supervisor's.
    public Optional<User> user() {
        return workers.process().user();
    }
}
