package dev.berth.dispatch;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Shuts services down gracefully: connections that have arrived are served, newcomers are turned
/// away.
///
/// When the last service ends, the listeners stop admitting new clients. A moment later everything
/// in their queues is accepted, whether or not a worker has room, and the listeners are closed.
/// While another service goes on, the listeners stay open and it is not known which service the
/// queued connections are for, so an ending service serves what arrives within a moment and refuses
/// the rest.
final class GracefulShutdown {
    /// Time for handshakes that have begun and for connections still in the listeners' queues.
    private static final long LAST_CALL_NANOS = 200_000_000;

    private static final long CHECK_NANOS = 10_000_000;

    private final Collection<Service> services;
    private final List<Acceptor> doors;
    private final ProtocolSniffer sniffer;
    private final Reactor reactor;
    private final Set<Service> ended = new HashSet<>();
    private boolean shut;
    private boolean emptying;
    private boolean closed;

    GracefulShutdown(
            Collection<Service> services,
            List<Acceptor> doors,
            ProtocolSniffer sniffer,
            Reactor reactor) {
        this.services = services;
        this.doors = doors;
        this.sniffer = sniffer;
        this.reactor = reactor;
    }

    /// Starts the end of a service: its workers keep receiving what has arrived until
    /// [Service#ending] is false.
    void begin(Service service) {
        ended.add(service);
        if (!shut && ended.containsAll(services)) {
            shut = true;
            doors.forEach(Acceptor::dropNewHandshakes);
        }
        reactor.at(Reactor.now() + LAST_CALL_NANOS, () -> acceptQueued(service));
    }

    /// Whether everything in the listeners' queues is to be accepted.
    boolean acceptsQueued() {
        return emptying;
    }

    private void acceptQueued(Service service) {
        if (shut) {
            emptying = true;
        } else {
            service.refuseNew();
        }
        check(service);
    }

    private void check(Service service) {
        if (emptying && !closed && doors.stream().allMatch(Acceptor::empty)) {
            closed = true;
            doors.forEach(acceptor -> reactor.forget(acceptor.fd()));
            doors.forEach(Acceptor::close);
        }
        service.moreMayCome(!closed || !sniffer.empty());
        if (service.ending()) {
            reactor.at(Reactor.now() + CHECK_NANOS, () -> check(service));
        }
    }
}
