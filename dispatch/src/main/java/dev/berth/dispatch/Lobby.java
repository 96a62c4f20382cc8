package dev.berth.dispatch;

import dev.berth.sys.Epoll;
import dev.berth.sys.Errno;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Sockets;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Holds connections whose first bytes do not yet show where they go.
///
/// The bytes are peeked at and stay in the socket; only a PROXY header is consumed. A client that
/// sends in small pieces is first inspected on every arrival; after a few inspections each pause is
/// twice the previous one. A connection thus costs a few dozen inspections at most, and a client
/// waits no longer than it took to send.
final class Lobby {
    private static final int FIRST_LOOK_BYTES = 2_048;
    private static final int LOOKS_AT_ONCE = 16;
    private static final long FIRST_PAUSE_NANOS = 1_000_000;
    private static final int EVENTS = Epoll.EPOLLIN | Epoll.EPOLLRDHUP | Epoll.EPOLLET;

    private final Blueprint blueprint;
    private final Reactor reactor;
    private final Counters counters;
    private final Exit exit;
    private final Map<Connection, Guest> guests = new LinkedHashMap<>();
    private final byte[] few = new byte[FIRST_LOOK_BYTES];
    private final byte[] all;
    private boolean watching;

    /// Receives the connections that have been decided.
    interface Exit {
        /// Passes the connection to the service, or closes it if there is none.
        void decided(Optional<String> service, Connection connection);
    }

    private static final class Guest {
        final long deadline;
        int looks;
        long next;
        boolean planned;

        Guest(long deadline) {
            this.deadline = deadline;
        }
    }

    /// The result of peeking.
    private enum Seen {
        NOTHING_YET,
        GONE,
        BYTES
    }

    Lobby(Blueprint blueprint, Reactor reactor, Counters counters, Exit exit) {
        this.blueprint = blueprint;
        this.reactor = reactor;
        this.counters = counters;
        this.exit = exit;
        all = new byte[blueprint.limits().peekBytes()];
    }

    /// Inspects a connection, and holds it while its destination is unknown.
    void enter(Connection connection) {
        long now = Reactor.now();
        Guest guest = new Guest(now + blueprint.limits().deadline().toNanos());
        if (look(connection, guest)) {
            return;
        }
        try {
            reactor.watch(connection.fd(), EVENTS, events -> arrived(connection, guest, events));
        } catch (ErrnoException noMemory) {
            undecidable(connection);
            return;
        }
        guests.put(connection, guest);
        if (guests.size() > blueprint.limits().undecided()) {
            expireOldest();
        }
        counters.undecided.set(guests.size());
        watchDeadlines();
    }

    boolean empty() {
        return guests.isEmpty();
    }

    private void arrived(Connection connection, Guest guest, int events) {
        long now = Reactor.now();
        if ((events & Epoll.EPOLLRDHUP) != 0) {
            if (!look(connection, guest)) {
                undecidable(connection);
            }
        } else if (guest.looks < LOOKS_AT_ONCE || guest.next - now <= 0) {
            lookAgain(connection, guest);
        } else if (!guest.planned) {
            guest.planned = true;
            reactor.at(guest.next, () -> planned(connection, guest));
        }
    }

    private void planned(Connection connection, Guest guest) {
        guest.planned = false;
        if (guests.get(connection) == guest) {
            lookAgain(connection, guest);
        }
    }

    private void lookAgain(Connection connection, Guest guest) {
        int more = Math.max(0, guest.looks - LOOKS_AT_ONCE);
        guest.next = Reactor.now() + (FIRST_PAUSE_NANOS << Math.min(more, 20));
        look(connection, guest);
    }

    /// True if the connection needs no further inspection.
    private boolean look(Connection connection, Guest guest) {
        guest.looks++;
        byte[] buffer = few;
        long count = peek(connection, buffer);
        if (count == buffer.length) {
            buffer = all;
            count = peek(connection, buffer);
        }
        return switch (seen(count)) {
            case NOTHING_YET -> false;
            case GONE -> {
                gone(connection, count);
                yield true;
            }
            case BYTES -> judge(connection, guest, buffer, (int) count);
        };
    }

    private static long peek(Connection connection, byte[] buffer) {
        return Sockets.recv(connection.fd(), buffer, Sockets.MSG_PEEK | Sockets.MSG_DONTWAIT);
    }

    private static Seen seen(long count) {
        if (Errno.EAGAIN.is(count)) {
            return Seen.NOTHING_YET;
        }
        return count <= 0 ? Seen.GONE : Seen.BYTES;
    }

    /// The client has finished sending, or is gone altogether.
    private void gone(Connection connection, long count) {
        if (count == 0) {
            undecidable(connection);
        } else {
            leave(connection);
            connection.close();
        }
    }

    private boolean judge(Connection connection, Guest guest, byte[] bytes, int count) {
        FirstBytes first = FirstBytes.read(bytes, count);
        if (first instanceof FirstBytes.Proxy proxy && expectsProxy(connection)) {
            consume(connection, proxy);
            return blueprint.routes().needContent()
                    ? look(connection, guest)
                    : decide(connection, blueprint.routes().fallback());
        }
        if (first instanceof FirstBytes.NeedMore) {
            if (count < all.length) {
                return false;
            }
            undecidable(connection);
            return true;
        }
        boolean stranger = blueprint.proxy() == ProxyProtocol.REQUIRED && !connection.proxied();
        return decide(connection, stranger ? Optional.empty() : blueprint.routes().choose(first));
    }

    private boolean expectsProxy(Connection connection) {
        return blueprint.proxy() != ProxyProtocol.OFF && !connection.proxied();
    }

    /// Reads the header, which has been seen in full, out of the socket.
    private static void consume(Connection connection, FirstBytes.Proxy proxy) {
        byte[] header = new byte[proxy.length()];
        Sockets.recv(connection.fd(), header, Sockets.MSG_DONTWAIT);
        connection.proxied(proxy.ends());
    }

    private boolean decide(Connection connection, Optional<String> service) {
        leave(connection);
        exit.decided(service, connection);
        return true;
    }

    /// Sends it to the default service, unless a required PROXY header is missing.
    private void undecidable(Connection connection) {
        boolean stranger = blueprint.proxy() == ProxyProtocol.REQUIRED && !connection.proxied();
        counters.timedOut.incrementAndGet();
        decide(connection, stranger ? Optional.empty() : blueprint.routes().fallback());
    }

    private void leave(Connection connection) {
        if (guests.remove(connection) != null) {
            reactor.forget(connection.fd());
            counters.undecided.set(guests.size());
        }
    }

    /// Makes room by treating the oldest connection as if its deadline had passed.
    void expireOldest() {
        Iterator<Connection> oldest = guests.keySet().iterator();
        if (oldest.hasNext()) {
            undecidable(oldest.next());
        }
    }

    /// One timer serves all: deadlines expire in order of arrival.
    private void watchDeadlines() {
        if (!watching && !guests.isEmpty()) {
            watching = true;
            long first = guests.values().iterator().next().deadline;
            reactor.at(first, this::expire);
        }
    }

    private void expire() {
        watching = false;
        long now = Reactor.now();
        while (!guests.isEmpty() && guests.values().iterator().next().deadline - now <= 0) {
            expireOldest();
        }
        watchDeadlines();
    }

    void close() {
        guests.keySet().forEach(connection -> reactor.forget(connection.fd()));
        guests.keySet().forEach(Connection::close);
        guests.clear();
    }
}
