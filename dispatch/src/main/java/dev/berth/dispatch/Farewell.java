package dev.berth.dispatch;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The end of services: connections that are there are served, and whoever comes is turned away.
///
/// When the last service ends the listeners let nobody new in; a moment later all who wait in them
/// are accepted, whether a worker has room or not, and they are closed. As long as another one goes
/// on they stay open; it is not known then for whom those are who wait in them, so an ending
/// service serves what comes within a moment and refuses the rest.
final class Farewell {
    /// For handshakes that have begun, and for those in front of the listeners.
    private static final long LAST_CALL_NANOS = 200_000_000;

    private static final long LOOK_NANOS = 10_000_000;

    private final Collection<Service> services;
    private final List<Door> doors;
    private final Lobby lobby;
    private final Reactor reactor;
    private final Set<Service> ended = new HashSet<>();
    private boolean shut;
    private boolean emptying;
    private boolean closed;

    Farewell(Collection<Service> services, List<Door> doors, Lobby lobby, Reactor reactor) {
        this.services = services;
        this.doors = doors;
        this.lobby = lobby;
        this.reactor = reactor;
    }

    /// Who serves the service now goes on with what is there, until [Service#ending] is false.
    void begin(Service service) {
        ended.add(service);
        if (!shut && ended.containsAll(services)) {
            shut = true;
            doors.forEach(Door::turnAway);
        }
        reactor.at(Reactor.now() + LAST_CALL_NANOS, () -> lastCall(service));
    }

    /// Whether everybody who waits in front of a listener is to be let in.
    boolean emptying() {
        return emptying;
    }

    private void lastCall(Service service) {
        if (shut) {
            emptying = true;
        } else {
            service.late();
        }
        look(service);
    }

    private void look(Service service) {
        if (emptying && !closed && doors.stream().allMatch(Door::empty)) {
            closed = true;
            doors.forEach(door -> reactor.forget(door.fd()));
            doors.forEach(Door::close);
        }
        service.bye(!closed || !lobby.empty());
        if (service.ending()) {
            reactor.at(Reactor.now() + LOOK_NANOS, () -> look(service));
        }
    }
}
