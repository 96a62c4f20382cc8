package dev.berth.dispatch;

import dev.berth.net.ListenAddress;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/// Accepts connections and passes each to a worker of the service that its first bytes select.
///
/// One thread does all the work, on an epoll set, and never blocks. A worker has at most a window
/// of connections that it has not received yet; if no worker has room, connections wait in the
/// kernel's backlog. Connections that a worker had not received when it left go to another worker.
///
/// The methods may be called from any thread; they take effect soon, in the order of the calls.
///
/// **Ownership:** owns the listeners, the members' socket pairs, and each connection until it is
/// passed to a worker.
public final class Dispatcher implements AutoCloseable {
    private static final long FAILURE_NANOS = 1_000_000;
    private static final long EXHAUSTED_NANOS = 20_000_000;

    private final DispatcherConfig config;
    private final Consumer<String> said;
    private final Map<String, Service> services = new HashMap<>();
    private final Set<WorkerEndpoint> members = ConcurrentHashMap.newKeySet();
    private final List<Acceptor> doors = new ArrayList<>();
    private final Counters counters = new Counters();
    private final Reactor reactor;
    private final ProtocolSniffer sniffer;
    private final OpenConnectionScan scan;
    private final GracefulShutdown shutdown;
    private final Thread thread;
    private final AcceptBatching batching = new AcceptBatching();
    private final AtomicInteger held = new AtomicInteger();
    private String lastFailure = "";
    private boolean pausing;
    private boolean over;

    private final Acceptor.ConnectionHandler handler =
            new Acceptor.ConnectionHandler() {
                @Override
                public boolean hasRoom() {
                    return !pausing
                            && held.get() < config.limits().connections()
                            && (shutdown.acceptsQueued() || hasRoomAnywhere());
                }

                @Override
                public void handle(Fd accepted) {
                    accepted(new AcceptedConnection(accepted, held));
                }
            };

    private Dispatcher(DispatcherConfig config, Consumer<String> said) throws IOException {
        this.config = config;
        this.said = said;
        reactor = new Reactor(this::failed);
        Set<String> names = config.routes().services();
        DispatcherLimits limits = config.limits();
        int waiting = limits.waitingOf(names.size());
        for (String name : names) {
            services.put(name, new Service(limits, waiting, counters, reactor, held));
        }
        sniffer = new ProtocolSniffer(config, reactor, counters, this::decided);
        shutdown = new GracefulShutdown(services.values(), doors, sniffer, reactor);
        try {
            openListeners();
            Set<Integer> ports = new HashSet<>();
            doors.forEach(acceptor -> ports.add(acceptor.address().address().port()));
            scan = new OpenConnectionScan(ports, reactor, this::counted);
        } catch (IOException failed) {
            doors.forEach(Acceptor::close);
            reactor.close();
            throw failed;
        }
        thread = Thread.ofPlatform().name("dispatcher").daemon().unstarted(this::run);
    }

    /// Listens in the network namespace of the calling thread and starts; connections wait until a
    /// member is in service.
    ///
    /// @param said receives messages for the operator, on the dispatcher's thread
    /// @throws IOException if an address is not available: see [dev.berth.net.ListenerFactory#open]
    public static Dispatcher open(DispatcherConfig config, Consumer<String> said)
            throws IOException {
        Dispatcher dispatcher = new Dispatcher(config, said);
        // Loads the classes that a pause needs; once descriptors have run out none can be loaded.
        dispatcher.pause(0);
        dispatcher.thread.start();
        return dispatcher;
    }

    private void openListeners() throws IOException {
        long millis = config.limits().deadline().toMillis();
        int defer = config.defers() ? (int) Math.max(1, millis / 1_000) : 0;
        for (ListenAddress where : config.listen()) {
            Acceptor acceptor = Acceptor.open(where, config.backlog(), defer);
            doors.add(acceptor);
            reactor.watch(acceptor.fd(), 0, _ -> connectionQueued(acceptor));
        }
    }

    private void run() {
        try {
            while (!over) {
                turn();
            }
        } finally {
            closeAll();
        }
    }

    /// A method of its own so that the JIT compiles it; an endless loop does not compile as well.
    private void turn() {
        reactor.turn();
        long rest = batching.rest(Reactor.now());
        if (rest > 0) {
            LockSupport.parkNanos(rest);
        }
        boolean room = handler.hasRoom();
        for (Acceptor acceptor : doors) {
            acceptor.setPolled(room, reactor);
        }
    }

    private boolean hasRoomAnywhere() {
        for (Service service : services.values()) {
            if (service.hasRoom()) {
                return true;
            }
        }
        return false;
    }

    private void connectionQueued(Acceptor acceptor) {
        switch (acceptor.accept(handler)) {
            case DONE, MORE -> {}
            case NOTHING_LEFT -> exhausted();
            case BROKEN -> {
                reactor.forget(acceptor.fd());
                said.accept(
                        "the listener on " + acceptor.address() + " no longer accepts connections");
            }
        }
    }

    /// Makes room, and pauses so that clients wait briefly instead of accept(2) failing in a loop.
    private void exhausted() {
        if (counters.exhausted.getAndIncrement() == 0) {
            said.accept(
                    "the dispatcher cannot open more descriptors: connections wait; raise the limit"
                            + " (ulimit -n)");
        }
        pause(EXHAUSTED_NANOS);
        sniffer.expireOldest();
    }

    private void pause(long nanos) {
        pausing = true;
        reactor.at(Reactor.now() + nanos, () -> pausing = false);
    }

    /// A fault of ours affects one connection or worker; it must neither end the thread nor make it
    /// spin.
    private void failed(Throwable unexpected) {
        if (!unexpected.toString().equals(lastFailure)) {
            lastFailure = unexpected.toString();
            said.accept("the dispatcher: " + lastFailure);
        }
        LockSupport.parkNanos(FAILURE_NANOS);
    }

    private void accepted(AcceptedConnection connection) {
        counters.accepted.incrementAndGet();
        batching.connectionCame(Reactor.now());
        if (config.peeks()) {
            sniffer.add(connection);
        } else {
            decided(config.routes().fallback(), connection);
        }
    }

    private void decided(Optional<String> name, AcceptedConnection connection) {
        Optional<Service> service = name.map(services::get);
        if (service.isPresent()) {
            service.get().dispatch(connection);
        } else {
            counters.refused.incrementAndGet();
            connection.close();
        }
    }

    private Collection<WorkerEndpoint> counted() {
        return members.stream().filter(m -> !m.gone() && m.service().counts()).toList();
    }

    /// Adds a worker to a service; it receives nothing before [#serve].
    ///
    /// @param place the worker's number in the service, which its successor inherits
    /// @param pair owned by the dispatcher from now on
    public WorkerEndpoint join(
            String service, int place, WorkerSocketPair pair, WorkerEndpointCallback callback) {
        WorkerEndpoint endpoint =
                new WorkerEndpoint(
                        service(service),
                        place,
                        pair,
                        callback,
                        reactor,
                        new WorkerEndpoint.QueueLimit(config.limits().window(), held));
        members.add(endpoint);
        if (!reactor.post(() -> begin(endpoint, callback))) {
            pair.close();
        }
        return endpoint;
    }

    private void begin(WorkerEndpoint endpoint, WorkerEndpointCallback callback) {
        try {
            endpoint.begin();
        } catch (ErrnoException failed) {
            endpoint.closeKeeping();
            callback.gone("cannot be monitored: " + failed.getMessage());
        }
    }

    /// Gives the service's new connections to exactly these members, as soon as they are ready. If
    /// there are none, connections wait.
    public void serve(String service, Collection<WorkerEndpoint> served) {
        Service target = service(service);
        List<WorkerEndpoint> copy = List.copyOf(served);
        reactor.post(
                () -> {
                    target.serve(copy);
                    scan.plan();
                });
    }

    /// Resets the service's new and waiting connections, or lets them wait again.
    public void setRefusing(String service, boolean refused) {
        Service target = service(service);
        reactor.post(() -> target.setRefusing(refused));
    }

    /// Ends a service: the workers in service keep receiving the connections that have already
    /// arrived, for as long as [#ending] is true, and newcomers are refused. When the last service
    /// ends the listeners are closed.
    public void end(String service) {
        Service target = service(service);
        target.end();
        reactor.post(() -> shutdown.begin(target));
    }

    /// Whether connections may still arrive for the workers of a service after [#end].
    public boolean ending(String service) {
        return service(service).ending();
    }

    /// Changes how workers are chosen from now on; round-robin at first.
    public void steer(String service, BalancingPolicy policy) {
        Service target = service(service);
        reactor.post(
                () -> {
                    target.steer(policy);
                    scan.plan();
                });
    }

    /// Tells a worker that no more connections will come; this is final.
    public void drain(WorkerEndpoint endpoint) {
        reactor.post(endpoint::drain);
    }

    /// Removes a worker and closes its socket pair; connections that it had not received go to
    /// others.
    public void remove(WorkerEndpoint endpoint) {
        reactor.post(
                () -> {
                    endpoint.retire();
                    members.remove(endpoint);
                });
    }

    private Service service(String name) {
        Service service = services.get(name);
        if (service == null) {
            throw new IllegalArgumentException("no service named " + name);
        }
        return service;
    }

    /// The counts so far.
    public DispatcherStats counts() {
        return counters.now();
    }

    /// The current state of the listeners; none once it is closed.
    public List<ListenerStats> listenerStats() {
        return doors.stream().flatMap(acceptor -> acceptor.stats().stream()).toList();
    }

    /// Closes the listeners and all connections that no worker received; those that were passed on
    /// belong to their workers. Closing twice is harmless.
    @Override
    public void close() {
        reactor.post(() -> over = true);
        try {
            thread.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void closeAll() {
        reactor.stop();
        scan.close();
        sniffer.close();
        services.values().forEach(Service::close);
        members.forEach(WorkerEndpoint::closeKeeping);
        doors.forEach(Acceptor::close);
        reactor.close();
    }
}
