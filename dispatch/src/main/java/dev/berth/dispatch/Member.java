package dev.berth.dispatch;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.berth.sys.Descriptors;
import dev.berth.sys.Epoll;
import dev.berth.sys.Errno;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.Rights;
import dev.berth.sys.RightsMessage;
import dev.berth.sys.Sockets;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
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
    private static final int MOST_PACKET_BYTES = 128;
    private static final int PACKETS_A_TURN = 64;
    private static final int FIONREAD = 0x541B;
    private static final long CHOKED_NANOS = 10_000_000;

    /// A worker with a full window is looked at again after so long.
    private static final long FULL_NANOS = 1_000_000;

    private static final byte[] CONN = "conn".getBytes(US_ASCII);

    /// Both are of another length than any that tells of a connection.
    private static final byte[] DRAIN = "drain".getBytes(US_ASCII);

    private static final byte[] PROBE = "probe".getBytes(US_ASCII);

    /// With something to receive, it is stalled when it has received nothing for so long.
    private static final long STALLED_NANOS = 35_000_000;

    private static final int FLAGS = Sockets.MSG_DONTWAIT | Sockets.MSG_NOSIGNAL;

    private final Service service;
    private final int place;
    private final Pair pair;
    private final Watcher watcher;
    private final Reactor reactor;
    private final int window;
    private final AtomicInteger held;
    private final Deque<Integer> sent = new ArrayDeque<>();
    private final RightsMessage conn = new RightsMessage(CONN);
    private final byte[] buffer = new byte[PACKET_BYTES];
    private final AtomicLong passed = new AtomicLong();
    private final AtomicInteger pending = new AtomicInteger();
    private final AtomicInteger connections = new AtomicInteger();
    private final OpenConnections open = new OpenConnections();
    private boolean greeted;
    private boolean takes;
    private boolean choked;
    private boolean dismissed;
    private boolean drained;
    private boolean stalled;
    private volatile long progress;
    private volatile boolean owed;

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
        reactor.post(this::recount);
        return pending.get();
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
        return owed ? Duration.ofNanos(Reactor.now() - progress) : Duration.ZERO;
    }

    @Override
    public boolean stalled() {
        return stalled;
    }

    /// Looks whether it receives what waits for it; false if nothing does.
    boolean look() {
        recount();
        stalled = owed && Reactor.now() - progress >= STALLED_NANOS;
        return owed;
    }

    /// Whether connections wait for it, as of the last look.
    boolean waits() {
        return pending.get() > 0;
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
        if (sent.size() >= window) {
            recount();
            if (sent.size() >= window) {
                choke(FULL_NANOS);
                return false;
            }
        }
        return true;
    }

    /// Forgets the packets that the worker has received.
    private void recount() {
        long queued = sent.stream().mapToLong(Integer::longValue).sum();
        long left = gone() ? 0 : waitingBytes();
        int before = sent.size();
        while (queued > left && !sent.isEmpty()) {
            queued -= sent.remove();
        }
        if (sent.size() < before) {
            progress = Reactor.now();
        }
        owed = !sent.isEmpty();
        pending.set((int) sent.stream().filter(bytes -> bytes != DRAIN.length).count());
    }

    private int waitingBytes() {
        byte[] bytes = new byte[Integer.BYTES];
        Descriptors.ioctl(pair.worker().number(), FIONREAD, bytes);
        return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).getInt();
    }

    void begin() throws ErrnoException {
        reactor.watch(pair.own().number(), Epoll.EPOLLIN, _ -> readable());
    }

    /// Passes a connection, which is its own from then on; false if that is not possible now.
    boolean pass(Connection connection) {
        int bytes = connection.ends().isPresent() ? sendWithEnds(connection) : send(connection);
        if (bytes < 0) {
            choke(CHOKED_NANOS);
            return false;
        }
        if (service.counts()) {
            open.add(connection.cookie());
            connections.set(open.size());
        }
        connection.close();
        queued(bytes);
        pending.set(sent.size());
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
            queued(packet.length);
        }
    }

    private void queued(int bytes) {
        if (!owed) {
            progress = Reactor.now();
            owed = true;
        }
        sent.add(bytes);
    }

    /// Takes back what waits for it. When it goes on it finds something to receive all the same, so
    /// that this is seen.
    Deque<Connection> recall() {
        Deque<Connection> untaken = takenBack();
        sent.clear();
        pending.set(0);
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
            if (count < 0) {
                lost("cannot be heard any more: " + Errno.of((int) -count));
            } else {
                said(new String(buffer, 0, (int) Math.min(count, PACKET_BYTES), US_ASCII));
            }
        }
        service.pump();
    }

    private void said(String packet) {
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
        Deque<Connection> untaken = takenBack();
        drain();
        abandon();
        service.left(this, untaken);
    }

    /// What waits in the worker's queue, in order.
    private Deque<Connection> takenBack() {
        Deque<Connection> untaken = new ArrayDeque<>();
        byte[] packet = new byte[MOST_PACKET_BYTES];
        int[] descriptor = new int[1];
        int queue = pair.worker().number();
        long count;
        while ((count = Rights.recvmsg(queue, packet, descriptor, Sockets.MSG_DONTWAIT)) > 0) {
            if (descriptor[0] >= 0) {
                Connection connection = new Connection(new Fd(descriptor[0]), held);
                String text = new String(packet, 0, (int) count, US_ASCII);
                Optional<Ends> ends = Ends.parse(text.substring(CONN.length).strip());
                ends.ifPresent(_ -> connection.proxied(ends));
                untaken.add(connection);
            }
        }
        return untaken;
    }

    /// Closes the pair; what waits there stays the worker's own, if it lives.
    void abandon() {
        takes = false;
        if (!gone()) {
            reactor.forget(pair.own().number());
            pair.close();
        }
        sent.clear();
        owed = false;
        stalled = false;
        pending.set(0);
    }

    /// Forgets the connections that were passed before `since` and are not among `alive`.
    void census(Alive alive, long since) {
        open.retain(alive, since);
        connections.set(open.size());
    }
}
