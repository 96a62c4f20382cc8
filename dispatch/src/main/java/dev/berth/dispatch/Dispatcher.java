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

    private final Blueprint blueprint;
    private final Consumer<String> said;
    private final Map<String, Service> services = new HashMap<>();
    private final Set<Member> members = ConcurrentHashMap.newKeySet();
    private final List<Door> doors = new ArrayList<>();
    private final Counters counters = new Counters();
    private final Reactor reactor;
    private final Lobby lobby;
    private final Census census;
    private final Farewell farewell;
    private final Thread thread;
    private final Pace pace = new Pace();
    private final AtomicInteger held = new AtomicInteger();
    private String lastFailure = "";
    private boolean pausing;
    private boolean over;

    private final Door.Hall hall =
            new Door.Hall() {
                @Override
                public boolean room() {
                    return !pausing
                            && held.get() < blueprint.limits().connections()
                            && (farewell.emptying() || anyRoom());
                }

                @Override
                public void enter(Fd accepted) {
                    accepted(new Connection(accepted, held));
                }
            };

    private Dispatcher(Blueprint blueprint, Consumer<String> said) throws IOException {
        this.blueprint = blueprint;
        this.said = said;
        reactor = new Reactor(this::failed);
        Set<String> names = blueprint.routes().services();
        Limits limits = blueprint.limits();
        int waiting = limits.waitingOf(names.size());
        for (String name : names) {
            services.put(name, new Service(limits, waiting, counters, reactor, held));
        }
        lobby = new Lobby(blueprint, reactor, counters, this::decided);
        farewell = new Farewell(services.values(), doors, lobby, reactor);
        try {
            openDoors();
            Set<Integer> ports = new HashSet<>();
            doors.forEach(door -> ports.add(door.address().address().port()));
            census = new Census(ports, reactor, this::counted);
        } catch (IOException failed) {
            doors.forEach(Door::close);
            reactor.close();
            throw failed;
        }
        thread = Thread.ofPlatform().name("dispatcher").daemon().unstarted(this::run);
    }

    /// Listens in the network namespace of the calling thread and starts; connections wait until a
    /// member is in service.
    ///
    /// @param said receives messages for the operator, on the dispatcher's thread
    /// @throws IOException if an address is not available: see [dev.berth.net.Listeners#open]
    public static Dispatcher open(Blueprint blueprint, Consumer<String> said) throws IOException {
        Dispatcher dispatcher = new Dispatcher(blueprint, said);
        // Loads the classes that a pause needs; once descriptors have run out none can be loaded.
        dispatcher.pause(0);
        dispatcher.thread.start();
        return dispatcher;
    }

    private void openDoors() throws IOException {
        long millis = blueprint.limits().deadline().toMillis();
        int defer = blueprint.defers() ? (int) Math.max(1, millis / 1_000) : 0;
        for (ListenAddress where : blueprint.listen()) {
            Door door = Door.open(where, blueprint.backlog(), defer);
            doors.add(door);
            reactor.watch(door.fd(), 0, _ -> knocked(door));
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
        long rest = pace.rest(Reactor.now());
        if (rest > 0) {
            LockSupport.parkNanos(rest);
        }
        boolean room = hall.room();
        for (Door door : doors) {
            door.open(room, reactor);
        }
    }

    private boolean anyRoom() {
        for (Service service : services.values()) {
            if (service.room()) {
                return true;
            }
        }
        return false;
    }

    private void knocked(Door door) {
        switch (door.accept(hall)) {
            case DONE, MORE -> {}
            case NOTHING_LEFT -> exhausted();
            case BROKEN -> {
                reactor.forget(door.fd());
                said.accept("the listener on " + door.address() + " no longer accepts connections");
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
        lobby.expireOldest();
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

    private void accepted(Connection connection) {
        counters.accepted.incrementAndGet();
        pace.came(Reactor.now());
        if (blueprint.peeks()) {
            lobby.enter(connection);
        } else {
            decided(blueprint.routes().fallback(), connection);
        }
    }

    private void decided(Optional<String> name, Connection connection) {
        Optional<Service> service = name.map(services::get);
        if (service.isPresent()) {
            service.get().place(connection);
        } else {
            counters.refused.incrementAndGet();
            connection.close();
        }
    }

    private Collection<Member> counted() {
        return members.stream().filter(m -> !m.gone() && m.service().counts()).toList();
    }

    /// Adds a worker to a service; it receives nothing before [#serve].
    ///
    /// @param place the worker's number in the service, which its successor inherits
    /// @param pair owned by the dispatcher from now on
    public Member join(String service, int place, Pair pair, Watcher watcher) {
        Member member =
                new Member(
                        service(service),
                        place,
                        pair,
                        watcher,
                        reactor,
                        blueprint.limits().window(),
                        held);
        members.add(member);
        if (!reactor.post(() -> begin(member, watcher))) {
            pair.close();
        }
        return member;
    }

    private void begin(Member member, Watcher watcher) {
        try {
            member.begin();
        } catch (ErrnoException failed) {
            member.abandon();
            watcher.gone("cannot be monitored: " + failed.getMessage());
        }
    }

    /// Gives the service's new connections to exactly these members, as soon as they are ready. If
    /// there are none, connections wait.
    public void serve(String service, Collection<Member> served) {
        Service target = service(service);
        List<Member> copy = List.copyOf(served);
        reactor.post(
                () -> {
                    target.serve(copy);
                    census.plan();
                });
    }

    /// Resets the service's new and waiting connections, or lets them wait again.
    public void refuse(String service, boolean refused) {
        Service target = service(service);
        reactor.post(() -> target.refuse(refused));
    }

    /// Ends a service: the workers in service keep receiving the connections that have already
    /// arrived, for as long as [#ending] is true, and newcomers are refused. When the last service
    /// ends the listeners are closed.
    public void end(String service) {
        Service target = service(service);
        target.ends();
        reactor.post(() -> farewell.begin(target));
    }

    /// Whether connections may still arrive for the workers of a service after [#end].
    public boolean ending(String service) {
        return service(service).ending();
    }

    /// Changes how workers are chosen from now on; round-robin at first.
    public void steer(String service, Choice choice) {
        Service target = service(service);
        reactor.post(
                () -> {
                    target.steer(choice);
                    census.plan();
                });
    }

    /// Tells a worker that no more connections will come; this is final.
    public void drain(Member member) {
        reactor.post(member::drain);
    }

    /// Removes a worker and closes its socket pair; connections that it had not received go to
    /// others.
    public void leave(Member member) {
        reactor.post(
                () -> {
                    member.retire();
                    members.remove(member);
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
    public Counts counts() {
        return counters.now();
    }

    /// The current state of the listeners; none once it is closed.
    public List<Doorstep> doorsteps() {
        return doors.stream().flatMap(door -> door.doorstep().stream()).toList();
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
        census.close();
        lobby.close();
        services.values().forEach(Service::close);
        members.forEach(Member::abandon);
        doors.forEach(Door::close);
        reactor.close();
    }
}
