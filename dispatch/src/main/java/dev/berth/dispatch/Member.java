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

/// A worker of a service, at the other end of a socket pair.
///
/// What is sent to it waits in the pair's queue, and is the worker's from the moment when it
/// receives it. That queue outlives the worker, since the worker's end is held here too: what it
/// had not received is taken back and given to others. So nothing has to be acknowledged, and
/// nothing can be given twice.
///
/// **shape** (SOCK_SEQPACKET, ASCII, one word group a packet): from the worker `ready 1`, `pause`,
/// `bye`; to it `conn` with one descriptor, `conn tcp4 SRCIP SRCPORT DSTIP DSTPORT` where a PROXY
/// header told the true ends, `drain`, and `probe`, which is for its queue not to be empty.
///
/// **ownership**: owns the pair.
public final class Member implements Seat {
    private static final String VERSION = "1";
    private static final int PACKET_BYTES = 64;
    private static final int PACKETS_A_TURN = 64;
    private static final long CHOKED_NANOS = 10_000_000;

    /// A worker with a full window is looked at again after so long.
    private static final long FULL_NANOS = 1_000_000;

    static final byte[] CONN = "conn".getBytes(US_ASCII);

    /// Both are of another length than any that tells of a connection.
    static final byte[] DRAIN = "drain".getBytes(US_ASCII);

    private static final byte[] PROBE = "probe".getBytes(US_ASCII);

    /// What sending to it says where its end was shut down.
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

    /// @param window how many connections may wait for it
    /// @param held how many the dispatcher holds in all
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

    /// Connections that were passed to it and that it has not taken yet; asked again a moment
    /// later, the answer is up to date.
    public int pending() {
        reactor.post(inbox::recount);
        return inbox.connections();
    }

    /// Connections passed to it that are still open, as far as they are counted: under
    /// [Choice#LEAST_CONNECTIONS], and some 200 ms late for those that ended.
    @Override
    public int connections() {
        return connections.get();
    }

    /// For how long it has received nothing although something waits for it; zero where nothing
    /// does.
    public Duration idle() {
        return inbox.idle();
    }

    @Override
    public boolean stalled() {
        return inbox.stalled();
    }

    /// Looks whether it receives what waits for it; false if nothing does.
    boolean look() {
        return inbox.look();
    }

    /// Whether connections wait for it, as of the last look.
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

    /// Passes a connection, which is its own from then on; false if that is not possible now.
    boolean pass(Connection connection) {
        int bytes = connection.ends().isPresent() ? sendWithEnds(connection) : send(connection);
        if (bytes < 0) {
            choke(CHOKED_NANOS);
            if (DEAF.contains(Errno.of(-bytes))) {
                reactor.at(Reactor.now(), () -> lost("receives nothing any more"));
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

    /// Its queue is full, or too many descriptors are under way.
    private void choke(long nanos) {
        choked = true;
        reactor.at(
                Reactor.now() + nanos,
                () -> {
                    choked = false;
                    service.pump();
                });
    }

    /// Tells it that no more will come.
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

    /// Takes back what waits for it. When it goes on it finds something to receive all the same, so
    /// that this is seen.
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
                lost("shut its socket to the dispatcher down");
            } else if (count < 0) {
                lost("cannot be heard any more: " + Errno.of((int) -count));
            } else {
                said(new String(buffer, 0, (int) Math.min(count, PACKET_BYTES), US_ASCII));
            }
        }
        service.pump();
    }

    /// Does what a packet of the worker says.
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
                                    : "said \""
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

    /// Closes the pair; what the worker has not taken goes to others.
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

    /// Closes the pair; what waits there stays the worker's own, if it lives.
    void abandon() {
        takes = false;
        if (!gone()) {
            reactor.forget(pair.own().number());
            pair.close();
        }
        inbox.clear();
    }

    /// Forgets the connections that were passed before `since` and are not among `alive`.
    void census(Alive alive, long since) {
        open.retain(alive, since);
        connections.set(open.size());
    }
}
