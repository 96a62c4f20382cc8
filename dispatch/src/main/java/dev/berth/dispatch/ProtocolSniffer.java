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
final class ProtocolSniffer {
    private static final int FIRST_PEEK_BYTES = 2_048;
    private static final int PEEKS_AT_ONCE = 16;
    private static final long FIRST_PAUSE_NANOS = 1_000_000;
    private static final int EVENTS = Epoll.EPOLLIN | Epoll.EPOLLRDHUP | Epoll.EPOLLET;

    private final DispatcherConfig config;
    private final Reactor reactor;
    private final Counters counters;
    private final Decisions exit;
    private final Map<AcceptedConnection, PendingConnection> guests = new LinkedHashMap<>();
    private final byte[] few = new byte[FIRST_PEEK_BYTES];
    private final byte[] all;
    private boolean watching;

    /// Receives the connections that have been decided.
    interface Decisions {
        /// Passes the connection to the service, or closes it if there is none.
        void decided(Optional<String> service, AcceptedConnection connection);
    }

    private static final class PendingConnection {
        final long deadline;
        int looks;
        long next;
        boolean planned;

        PendingConnection(long deadline) {
            this.deadline = deadline;
        }
    }

    /// The result of peeking.
    private enum Peeked {
        NOTHING_YET,
        GONE,
        BYTES
    }

    ProtocolSniffer(DispatcherConfig config, Reactor reactor, Counters counters, Decisions exit) {
        this.config = config;
        this.reactor = reactor;
        this.counters = counters;
        this.exit = exit;
        all = new byte[config.limits().peekBytes()];
    }

    /// Inspects a connection, and holds it while its destination is unknown.
    void add(AcceptedConnection connection) {
        long now = Reactor.now();
        PendingConnection pending =
                new PendingConnection(now + config.limits().deadline().toNanos());
        if (peekAndDecide(connection, pending)) {
            return;
        }
        try {
            reactor.watch(connection.fd(), EVENTS, events -> arrived(connection, pending, events));
        } catch (ErrnoException noMemory) {
            useFallback(connection);
            return;
        }
        guests.put(connection, pending);
        if (guests.size() > config.limits().pending()) {
            expireOldest();
        }
        counters.undecided.set(guests.size());
        watchDeadlines();
    }

    boolean empty() {
        return guests.isEmpty();
    }

    private void arrived(AcceptedConnection connection, PendingConnection pending, int events) {
        long now = Reactor.now();
        if ((events & Epoll.EPOLLRDHUP) != 0) {
            if (!peekAndDecide(connection, pending)) {
                useFallback(connection);
            }
        } else if (pending.looks < PEEKS_AT_ONCE || pending.next - now <= 0) {
            tryAgain(connection, pending);
        } else if (!pending.planned) {
            pending.planned = true;
            reactor.at(pending.next, () -> planned(connection, pending));
        }
    }

    private void planned(AcceptedConnection connection, PendingConnection pending) {
        pending.planned = false;
        if (guests.get(connection) == pending) {
            tryAgain(connection, pending);
        }
    }

    private void tryAgain(AcceptedConnection connection, PendingConnection pending) {
        int more = Math.max(0, pending.looks - PEEKS_AT_ONCE);
        pending.next = Reactor.now() + (FIRST_PAUSE_NANOS << Math.min(more, 20));
        peekAndDecide(connection, pending);
    }

    /// True if the connection needs no further inspection.
    private boolean peekAndDecide(AcceptedConnection connection, PendingConnection pending) {
        pending.looks++;
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
            case BYTES -> judge(connection, pending, buffer, (int) count);
        };
    }

    private static long peek(AcceptedConnection connection, byte[] buffer) {
        return Sockets.recv(connection.fd(), buffer, Sockets.MSG_PEEK | Sockets.MSG_DONTWAIT);
    }

    private static Peeked seen(long count) {
        if (Errno.EAGAIN.is(count)) {
            return Peeked.NOTHING_YET;
        }
        return count <= 0 ? Peeked.GONE : Peeked.BYTES;
    }

    /// The client has finished sending, or is gone altogether.
    private void gone(AcceptedConnection connection, long count) {
        if (count == 0) {
            useFallback(connection);
        } else {
            leave(connection);
            connection.close();
        }
    }

    private boolean judge(
            AcceptedConnection connection, PendingConnection pending, byte[] bytes, int count) {
        FirstBytes first = FirstBytes.read(bytes, count);
        if (first instanceof FirstBytes.Proxy proxy && expectsProxy(connection)) {
            consume(connection, proxy);
            return config.routes().needContent()
                    ? peekAndDecide(connection, pending)
                    : decide(connection, config.routes().fallback());
        }
        if (first instanceof FirstBytes.NeedMore) {
            if (count < all.length) {
                return false;
            }
            useFallback(connection);
            return true;
        }
        boolean stranger = config.proxy() == ProxyProtocol.REQUIRED && !connection.proxied();
        return decide(connection, stranger ? Optional.empty() : config.routes().choose(first));
    }

    private boolean expectsProxy(AcceptedConnection connection) {
        return config.proxy() != ProxyProtocol.OFF && !connection.proxied();
    }

    /// Reads the header, which has been seen in full, out of the socket.
    private static void consume(AcceptedConnection connection, FirstBytes.Proxy proxy) {
        byte[] header = new byte[proxy.length()];
        Sockets.recv(connection.fd(), header, Sockets.MSG_DONTWAIT);
        connection.proxied(proxy.ends());
    }

    private boolean decide(AcceptedConnection connection, Optional<String> service) {
        leave(connection);
        exit.decided(service, connection);
        return true;
    }

    /// Sends it to the default service, unless a required PROXY header is missing.
    private void useFallback(AcceptedConnection connection) {
        boolean stranger = config.proxy() == ProxyProtocol.REQUIRED && !connection.proxied();
        counters.timedOut.incrementAndGet();
        decide(connection, stranger ? Optional.empty() : config.routes().fallback());
    }

    private void leave(AcceptedConnection connection) {
        if (guests.remove(connection) != null) {
            reactor.forget(connection.fd());
            counters.undecided.set(guests.size());
        }
    }

    /// Makes room by treating the oldest connection as if its deadline had passed.
    void expireOldest() {
        Iterator<AcceptedConnection> oldest = guests.keySet().iterator();
        if (oldest.hasNext()) {
            useFallback(oldest.next());
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
        guests.keySet().forEach(AcceptedConnection::close);
        guests.clear();
    }
}
