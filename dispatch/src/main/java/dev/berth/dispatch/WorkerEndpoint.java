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
public final class WorkerEndpoint implements WorkerLoad {
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
    private final WorkerSocketPair pair;
    private final WorkerEndpointCallback callback;
    private final Reactor reactor;
    private final QueueLimit limit;
    private final InFlightQueue inFlight;
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

    /// What limits the queue of connections passed to a worker.
    ///
    /// @param window how many may be queued
    /// @param held the dispatcher's count of connections that it holds
    record QueueLimit(int window, AtomicInteger held) {}

    WorkerEndpoint(
            Service service,
            int place,
            WorkerSocketPair pair,
            WorkerEndpointCallback callback,
            Reactor reactor,
            QueueLimit limit) {
        this.service = service;
        this.place = place;
        this.pair = pair;
        this.inFlight = new InFlightQueue(pair.worker());
        this.callback = callback;
        this.reactor = reactor;
        this.limit = limit;
    }

    @Override
    public int slot() {
        return place;
    }

    /// Connections passed to it since it joined, without those that were taken back.
    public long passed() {
        return passed.get();
    }

    /// Connections passed to it that it has not received yet. The call also triggers a recount, so
    /// asking again a moment later gives an up-to-date answer.
    public int pending() {
        recount();
        return inFlight.connections();
    }

    /// Brings [#pending] up to date, a moment later.
    public void recount() {
        reactor.post(inFlight::recount);
    }

    /// Connections passed to it that are still open. Counted only under
    /// [BalancingPolicy#LEAST_CONNECTIONS]; closed ones are noticed some 200 ms late.
    @Override
    public int connections() {
        return connections.get();
    }

    /// How long it has received nothing although something is queued for it; zero if nothing is.
    public Duration idle() {
        return inFlight.idle();
    }

    @Override
    public boolean stalled() {
        return inFlight.stalled();
    }

    /// Checks whether it receives what is queued for it; false if nothing is queued.
    boolean checkStall() {
        return inFlight.check();
    }

    /// Whether connections are queued for it, as of the last check.
    boolean hasUnreceived() {
        return inFlight.connections() > 0;
    }

    Service service() {
        return service;
    }

    boolean gone() {
        return !pair.own().isOpen();
    }

    @Override
    public boolean accepts() {
        if (!takes || choked || gone()) {
            return false;
        }
        if (inFlight.length() >= limit.window()) {
            inFlight.recount();
            if (inFlight.length() >= limit.window()) {
                pauseSending(FULL_NANOS);
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
    boolean pass(AcceptedConnection connection) {
        int bytes =
                connection.addresses().isPresent() ? sendWithEnds(connection) : send(connection);
        if (bytes < 0) {
            pauseSending(CHOKED_NANOS);
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
        inFlight.connectionSent(bytes);
        passed.incrementAndGet();
        return true;
    }

    private int send(AcceptedConnection connection) {
        return (int) conn.send(pair.own().number(), connection.fd(), FLAGS);
    }

    private int sendWithEnds(AcceptedConnection connection) {
        String text = connection.addresses().map(ends -> "conn " + ends.text()).orElseThrow();
        int[] descriptor = {connection.fd()};
        return (int)
                Rights.sendmsg(pair.own().number(), text.getBytes(US_ASCII), descriptor, FLAGS);
    }

    /// Pauses sending: the worker's queue is full, or too many descriptors are in flight.
    private void pauseSending(long nanos) {
        choked = true;
        reactor.at(
                Reactor.now() + nanos,
                () -> {
                    choked = false;
                    service.dispatchWaiting();
                });
    }

    /// Tells the worker that no more connections will come.
    void drain() {
        takes = false;
        drained = true;
        sendPacket(DRAIN);
    }

    private void sendPacket(byte[] packet) {
        if (!gone() && Sockets.send(pair.own().number(), packet, FLAGS) >= 0) {
            inFlight.packetSent(packet.length);
        }
    }

    /// Takes back the connections queued for it. It still finds a packet to receive when it
    /// resumes, so that resuming is noticed.
    Deque<AcceptedConnection> recall() {
        Deque<AcceptedConnection> untaken = inFlight.takeBack(limit.held());
        passed.addAndGet(-untaken.size());
        untaken.forEach(connection -> open.remove(connection.cookie()));
        connections.set(open.size());
        if (drained || takes) {
            sendPacket(drained ? DRAIN : PROBE);
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
                received(new String(buffer, 0, (int) Math.min(count, PACKET_BYTES), US_ASCII));
            }
        }
        service.dispatchWaiting();
    }

    /// Handles a packet from the worker.
    void received(String packet) {
        switch (packet) {
            case "ready " + VERSION -> ready();
            case "pause" -> takes = false;
            case "bye" -> lost("closed its listener and takes no more connections");
            default ->
                    lost(
                            packet.startsWith("ready ")
                                    ? ("speaks another version of the dispatcher's protocol than"
                                                    + " %s: \"%s\"")
                                            .formatted(VERSION, packet)
                                    : "sent \""
                                            + packet
                                            + "\", which the dispatcher does not understand");
        }
    }

    private void ready() {
        takes = true;
        if (!greeted) {
            greeted = true;
            callback.ready();
        }
    }

    private void lost(String why) {
        if (gone()) {
            return;
        }
        leave();
        if (!dismissed) {
            callback.gone(why);
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
        Deque<AcceptedConnection> untaken = inFlight.takeBack(limit.held());
        passed.addAndGet(-untaken.size());
        drain();
        closeKeeping();
        service.left(this, untaken);
    }

    /// Closes the pair; packets still queued there remain the worker's own if it is alive.
    void closeKeeping() {
        takes = false;
        if (!gone()) {
            reactor.forget(pair.own().number());
            pair.close();
        }
        inFlight.clear();
    }

    /// Forgets the connections that were passed before `since` and are not in `alive`.
    void forgetClosed(OpenSocketSet openSockets, long since) {
        open.retain(openSockets, since);
        connections.set(open.size());
    }
}
