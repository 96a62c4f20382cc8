package dev.berth.supervise.contract;

import dev.berth.net.ListenAddress;
import dev.berth.sys.Signal;
import dev.berth.sys.User;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// What a supervisor is asked to run, and how. Plain data: while the supervisor runs, only the
/// command and the number of workers change.
///
/// @param name of the supervisor: letters, digits, `.`, `_`, `-`
/// @param ports shared ports named without an address (`-p`)
/// @param listen shared addresses named in full (`-l`); if both are empty, whatever the worker
///   listens on is shared
/// @param privatePorts ports of which each slot gets its own: slot *i* is bound to PORT + *i*
/// @param directory the workers' working directory, resolved by path again at every start
/// @param environment variables to add to the supervisor's own, or to replace
/// @param user the user that the workers run as; empty: the supervisor's
/// @param backlog of every shared listener; the kernel caps it at `net.core.somaxconn`
/// @param policy decides which worker in service gets the next connection, until it is changed
/// @param maxConnections a slot with this many open connections gets no more; empty: no limit
/// @param firstAtZero listen-fds: whether the first socket is also descriptor 0
/// @param join whether a new group may share its address with foreign listeners
/// @param probe makes a worker ready by answering, so it requires [Settings.Ready#ANNOUNCED]
/// @param runtime the directory that this supervisor may use for its sockets; exists
public record ServiceSpec(
        String name,
        Command command,
        int workers,
        List<Integer> ports,
        List<ListenAddress> listen,
        List<Integer> privatePorts,
        SocketMode socketMode,
        SteeringBackend backend,
        Policy policy,
        OptionalInt maxConnections,
        Settings settings,
        Path directory,
        Map<String, String> environment,
        Optional<User> user,
        Signal stopSignal,
        int backlog,
        boolean firstAtZero,
        boolean join,
        Optional<Probe> probe,
        Path runtime) {
    /// The most workers that one supervisor can have.
    public static final int MOST_WORKERS = 256;

    public ServiceSpec {
        ports = List.copyOf(ports);
        listen = List.copyOf(listen);
        privatePorts = List.copyOf(privatePorts);
        environment = Map.copyOf(environment);
        if (workers < 1 || workers > MOST_WORKERS) {
            throw new IllegalArgumentException(
                    "1 to " + MOST_WORKERS + " workers: requested " + workers);
        }
        if (probe.isPresent() && settings.ready() != Settings.Ready.ANNOUNCED) {
            throw new IllegalArgumentException(
                    "a worker with a probe is ready when it answers: ready=" + settings.ready());
        }
        if (!name.matches("[A-Za-z0-9._-]{1,64}") || name.startsWith(".")) {
            throw new IllegalArgumentException(
                    "a name has letters, digits, '.', '_' and '-', at most 64: " + name);
        }
    }

    /// Whether the user named what is shared.
    public boolean named() {
        return !ports.isEmpty() || !listen.isEmpty();
    }
}
