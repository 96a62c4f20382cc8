package dev.berth.dispatch;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.berth.sys.Epoll;
import dev.berth.sys.Errno;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Rights;
import dev.berth.sys.RightsMessage;
import dev.berth.sys.Sockets;

import java.time.Duration;
import java.util.Deque;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// A worker of a service, reached over a socket pair.
///
/// Packets wait in the pair's queue and belong to the worker from the moment it receives them. The
/// queue outlives the worker because the worker's end is held here too: connections that it had not
/// received are taken back and given to others. So nothing needs to be acknowledged, and nothing
/// can be given twice.
///
/// **Shape:** SOCK_SEQPACKET, ASCII, one message per packet. From the worker: `ready 1`, `pause`,
/// `bye`. To the worker: `conn` with one descriptor; `conn tcp4 SRCIP SRCPORT DSTIP DSTPORT` if a
/// PROXY header gave the true ends; `drain`; and `probe`, a no-op that keeps its queue from being
/// empty.
///
/// **Ownership:** owns the pair.
public final class Member implements Seat {
    private static final String VERSION = "1";
    private static final int PACKET_BYTES = 64;
    private static final int PACKETS_A_TURN = 64;
    private static final long CHOKED_NANOS = 10_000_000;

    /// How soon a worker with a full window is checked again.
    private static final long FULL_NANOS = 1_000_000;

    static final byte[] CONN = "conn".getBytes(US_ASCII);

    /// `drain` and `probe` differ in length from every packet that carries a connection.
    static final byte[] DRAIN = "drain".getBytes(US_ASCII);

    private static final byte[] PROBE = "probe".getBytes(US_ASCII);

    /// The errors of sending to a worker whose end was shut down.
    private static final Set<Errno> DEAF = Set.of(Errno.EPIPE, Errno.ECONNRESET, Errno.ENOTCONN);

    private static final int FLAGS = Sockets.MSG_DONTWAIT | Sockets.MSG_NOSIGNAL;

    private final Service service;
    private final int place;
    private final Pair pair;
    private final Watcher watcher;
    private final Reactor reactor;
    private final int window;
    private final AtomicInteger held;
    private final Inbox inbox;
    private final RightsMessage conn = new RightsMessage(CONN);
    private final byte[] buffer = new byte[PACKET_BYTES];
    private final AtomicLong passed = new AtomicLong();
    private final AtomicInteger connections = new AtomicInteger();
    private final OpenConnections open = new OpenConnections();
    private boolean greeted;
    private boolean takes;
    private boolean choked;
    private boolean dismissed;
    private boolean drained;

    /// @param window how many connections may be queued for it
    /// @param held the dispatcher's count of connections that it holds
    Member(
            Service service,
            int place,
            Pair pair,
            Watcher watcher,
            Reactor reactor,
            int window,
            AtomicInteger held) {
        this.service = service;
        this.place = place;
        this.pair = pair;
        this.inbox = new Inbox(pair.worker());
        this.watcher = watcher;
        this.reactor = reactor;
        this.window = window;
        this.held = held;
    }

    @Override
    public int place() {
        return place;
    }

    /// Connections passed to it since it joined.
    public long passed() {
        return passed.get();
    }

    /// Connections passed to it that it has not received yet. The call also triggers a recount, so
    /// asking again a moment later gives an up-to-date answer.
    public int pending() {
        reactor.post(inbox::recount);
        return inbox.connections();
    }

    /// Connections passed to it that are still open. Counted only under [Choice#LEAST_CONNECTIONS];
    /// closed ones are noticed some 200 ms late.
    @Override
    public int connections() {
        return connections.get();
    }

    /// How long it has received nothing although something is queued for it; zero if nothing is.
    public Duration idle() {
        return inbox.idle();
    }

    @Override
    public boolean stalled() {
        return inbox.stalled();
    }

    /// Checks whether it receives what is queued for it; false if nothing is queued.
    boolean look() {
        return inbox.look();
    }

    /// Whether connections are queued for it, as of the last check.
    boolean waits() {
        return inbox.connections() > 0;
    }

    Service service() {
        return service;
    }

    boolean gone() {
        return !pair.own().isOpen();
    }

    @Override
    public boolean open() {
        if (!takes || choked || gone()) {
            return false;
        }
        if (inbox.length() >= window) {
            inbox.recount();
            if (inbox.length() >= window) {
                choke(FULL_NANOS);
                return false;
            }
        }
        return true;
    }

    void begin() throws ErrnoException {
        reactor.watch(pair.own().number(), Epoll.EPOLLIN, _ -> readable());
    }

    /// Passes a connection to the worker, which owns it from then on; false if that is not possible
    /// now.
    boolean pass(Connection connection) {
        int bytes = connection.ends().isPresent() ? sendWithEnds(connection) : send(connection);
        if (bytes < 0) {
            choke(CHOKED_NANOS);
            if (DEAF.contains(Errno.of(-bytes))) {
                reactor.at(Reactor.now(), () -> lost("no longer receives anything"));
            }
            return false;
        }
        if (service.counts()) {
            open.add(connection.cookie());
            connections.set(open.size());
        }
        connection.close();
        inbox.passed(bytes);
        passed.incrementAndGet();
        return true;
    }

    private int send(Connection connection) {
        return (int) conn.send(pair.own().number(), connection.fd(), FLAGS);
    }

    private int sendWithEnds(Connection connection) {
        String text = connection.ends().map(ends -> "conn " + ends.text()).orElseThrow();
        int[] descriptor = {connection.fd()};
        return (int)
                Rights.sendmsg(pair.own().number(), text.getBytes(US_ASCII), descriptor, FLAGS);
    }

    /// Pauses sending: the worker's queue is full, or too many descriptors are in flight.
    private void choke(long nanos) {
        choked = true;
        reactor.at(
                Reactor.now() + nanos,
                () -> {
                    choked = false;
                    service.pump();
                });
    }

    /// Tells the worker that no more connections will come.
    void drain() {
        takes = false;
        drained = true;
        say(DRAIN);
    }

    private void say(byte[] packet) {
        if (!gone() && Sockets.send(pair.own().number(), packet, FLAGS) >= 0) {
            inbox.sent(packet.length);
        }
    }

    /// Takes back the connections queued for it. It still finds a packet to receive when it
    /// resumes, so that resuming is noticed.
    Deque<Connection> recall() {
        Deque<Connection> untaken = inbox.takeBack(held);
        passed.addAndGet(-untaken.size());
        untaken.forEach(connection -> open.remove(connection.cookie()));
        connections.set(open.size());
        if (drained || takes) {
            say(drained ? DRAIN : PROBE);
        }
        return untaken;
    }

    private void readable() {
        for (int i = 0; i < PACKETS_A_TURN && !gone(); i++) {
            long count = Sockets.recv(pair.own().number(), buffer, Sockets.MSG_DONTWAIT);
            if (Errno.EAGAIN.is(count)) {
                break;
            }
            if (count == 0) {
                lost("shut down its socket to the dispatcher");
            } else if (count < 0) {
                lost("can no longer be read from: " + Errno.of((int) -count));
            } else {
                said(new String(buffer, 0, (int) Math.min(count, PACKET_BYTES), US_ASCII));
            }
        }
        service.pump();
    }

    /// Handles a packet from the worker.
    void said(String packet) {
        switch (packet) {
            case "ready " + VERSION -> ready();
            case "pause" -> takes = false;
            case "bye" -> lost("closed its listener and takes no more connections");
            default ->
                    lost(
                            packet.startsWith("ready ")
                                    ? "speaks another version of the dispatcher's protocol than "
                                            + VERSION
                                            + ": \""
                                            + packet
                                            + "\""
                                    : "sent \""
                                            + packet
                                            + "\", which the dispatcher does not understand");
        }
    }

    private void ready() {
        takes = true;
        if (!greeted) {
            greeted = true;
            watcher.ready();
        }
    }

    private void lost(String why) {
        if (gone()) {
            return;
        }
        leave();
        if (!dismissed) {
            watcher.gone(why);
        }
    }

    /// Closes the pair; connections that the worker has not received go to others.
    void retire() {
        dismissed = true;
        if (!gone()) {
            leave();
        }
    }

    private void leave() {
        Deque<Connection> untaken = inbox.takeBack(held);
        drain();
        abandon();
        service.left(this, untaken);
    }

    /// Closes the pair; packets still queued there remain the worker's own if it is alive.
    void abandon() {
        takes = false;
        if (!gone()) {
            reactor.forget(pair.own().number());
            pair.close();
        }
        inbox.clear();
    }

    /// Forgets the connections that were passed before `since` and are not in `alive`.
    void census(Alive alive, long since) {
        open.retain(alive, since);
        connections.set(open.size());
    }
}
