package dev.berth.dispatch;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.berth.sys.Epoll;
import dev.berth.sys.Errno;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.Rights;
import dev.berth.sys.Sockets;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// A worker of a service, at the other end of a socket pair.
///
/// **shape** (SOCK_SEQPACKET, ASCII, one word group a packet): from the worker `ready 1`, `took N`,
/// `pause`; to it `conn` with one descriptor, `conn tcp4 SRCIP SRCPORT DSTIP DSTPORT` where a PROXY
/// header told the true ends, `drain`.
///
/// **ownership**: owns its end, and our copies of the connections that the worker has not taken.
public final class Member implements Seat {
    private static final String VERSION = "1";
    private static final int PACKET_BYTES = 64;
    private static final int MOST_DIGITS = 9;
    private static final int PACKETS_A_TURN = 64;
    private static final long CHOKED_NANOS = 10_000_000;
    private static final byte[] CONN = "conn".getBytes(US_ASCII);
    private static final byte[] DRAIN = "drain".getBytes(US_ASCII);
    private static final int FLAGS = Sockets.MSG_DONTWAIT | Sockets.MSG_NOSIGNAL;

    private final Service service;
    private final int place;
    private final Fd end;
    private final Watcher watcher;
    private final Reactor reactor;
    private final int window;
    private final Deque<Connection> untaken = new ArrayDeque<>();
    private final byte[] buffer = new byte[PACKET_BYTES];
    private final AtomicLong passed = new AtomicLong();
    private final AtomicInteger pending = new AtomicInteger();
    private final AtomicInteger connections = new AtomicInteger();
    private final OpenConnections open = new OpenConnections();
    private boolean greeted;
    private boolean takes;
    private boolean choked;
    private boolean dismissed;

    Member(Service service, int place, Fd end, Watcher watcher, Reactor reactor, int window) {
        this.service = service;
        this.place = place;
        this.end = end;
        this.watcher = watcher;
        this.reactor = reactor;
        this.window = window;
    }

    @Override
    public int place() {
        return place;
    }

    /// Connections passed to it since it joined.
    public long passed() {
        return passed.get();
    }

    /// Connections that were passed to it and that it has not taken yet.
    public int pending() {
        return pending.get();
    }

    /// Connections passed to it that are still open, as far as they are counted: under
    /// [Choice#LEAST_CONNECTIONS], and some 200 ms late for those that ended.
    @Override
    public int connections() {
        return connections.get();
    }

    Service service() {
        return service;
    }

    boolean gone() {
        return !end.isOpen();
    }

    @Override
    public boolean open() {
        return takes && !choked && untaken.size() < window && end.isOpen();
    }

    void begin() throws ErrnoException {
        reactor.watch(end.number(), Epoll.EPOLLIN, _ -> readable());
    }

    /// Passes a connection, which is its own from then on; false if that is not possible now.
    boolean pass(Connection connection) {
        byte[] packet =
                connection.ends().map(e -> ("conn " + e.text()).getBytes(US_ASCII)).orElse(CONN);
        long sent = Rights.sendmsg(end.number(), packet, new int[] {connection.fd()}, FLAGS);
        if (sent < 0) {
            choke();
            return false;
        }
        untaken.add(connection);
        pending.set(untaken.size());
        passed.incrementAndGet();
        if (service.counts()) {
            open.add(connection.cookie());
            connections.set(open.size());
        }
        return true;
    }

    /// The socket pair is full, or too many descriptors are under way; or its worker is gone, which
    /// [#readable] will see.
    private void choke() {
        choked = true;
        reactor.at(
                Reactor.now() + CHOKED_NANOS,
                () -> {
                    choked = false;
                    service.pump();
                });
    }

    /// Tells it that no more will come.
    void drain() {
        takes = false;
        if (end.isOpen()) {
            Sockets.send(end.number(), DRAIN, FLAGS);
        }
    }

    private void readable() {
        if (read()) {
            service.pump();
        }
    }

    /// Takes what it said; false if it is gone.
    private boolean read() {
        for (int i = 0; i < PACKETS_A_TURN && end.isOpen(); i++) {
            long count = Sockets.recv(end.number(), buffer, Sockets.MSG_DONTWAIT);
            if (Errno.EAGAIN.is(count)) {
                return true;
            }
            if (count == 0) {
                lost("closed its connection to the dispatcher");
            } else if (count < 0 && !Errno.ECONNRESET.is(count)) {
                lost("cannot be heard any more: " + Errno.of((int) -count));
            } else if (count > 0) {
                said(new String(buffer, 0, (int) Math.min(count, PACKET_BYTES), US_ASCII));
            }
        }
        return end.isOpen();
    }

    private void said(String packet) {
        String[] words = packet.split(" ", -1);
        switch (words[0]) {
            case "ready" -> ready(words.length == 2 ? words[1] : "");
            case "pause" -> takes = false;
            case "took" -> took(packet, words.length == 2 ? words[1] : "");
            default -> lost("said \"" + packet + "\", which the dispatcher does not understand");
        }
    }

    private void ready(String version) {
        if (!version.equals(VERSION)) {
            lost(
                    "speaks version \""
                            + version
                            + "\" of the dispatcher's protocol, this Berth "
                            + VERSION);
            return;
        }
        takes = true;
        if (!greeted) {
            greeted = true;
            watcher.ready();
        }
    }

    private void took(String packet, String number) {
        int count = count(number);
        if (count < 0 || count > untaken.size()) {
            lost("said \"" + packet + "\" with " + untaken.size() + " to take");
            return;
        }
        for (int i = 0; i < count; i++) {
            untaken.remove().close();
        }
        pending.set(untaken.size());
    }

    /// A small number; −1 if it is none.
    private static int count(String number) {
        try {
            return number.length() > MOST_DIGITS ? -1 : Integer.parseUnsignedInt(number);
        } catch (NumberFormatException none) {
            return -1;
        }
    }

    private void lost(String why) {
        leave();
        if (!dismissed) {
            watcher.gone(why);
        }
    }

    /// Hears it out, and closes its end; what it has not taken goes to others. A window has room
    /// for fewer words than are read in a turn.
    void retire() {
        dismissed = true;
        if (end.isOpen() && read()) {
            leave();
        }
    }

    private void leave() {
        // It closes what it has not taken, if it still lives, as that goes to others.
        drain();
        abandon();
        service.left(this, untaken);
        untaken.clear();
        pending.set(0);
    }

    /// Closes its end; what it has not taken stays its own.
    void abandon() {
        takes = false;
        if (end.isOpen()) {
            reactor.forget(end.number());
            end.close();
        }
    }

    /// Closes our copies of what it has not taken.
    void closeAll() {
        abandon();
        untaken.forEach(Connection::close);
        untaken.clear();
    }

    /// Forgets the connections that were passed before `since` and are not among `alive`.
    void census(Alive alive, long since) {
        open.retain(alive, since);
        connections.set(open.size());
    }
}
