package dev.berth.dispatch;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.berth.sys.Descriptors;
import dev.berth.sys.Fd;
import dev.berth.sys.Rights;
import dev.berth.sys.Sockets;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/// What was sent to a worker and waits at its end of the pair until the worker receives it: how
/// much, and for how long it has received nothing.
///
/// The kernel tells how many bytes wait; how long each packet is is remembered here.
///
/// **ownership**: borrows the worker's end.
final class Inbox {
    private static final int MOST_PACKET_BYTES = 128;
    private static final int FIONREAD = 0x541B;

    /// With something to receive, a worker is stalled when it has received nothing for so long.
    private static final long STALLED_NANOS = 35_000_000;

    private final Fd end;
    private final Deque<Integer> packets = new ArrayDeque<>();
    private final AtomicInteger connections = new AtomicInteger();
    private boolean stalled;
    private volatile long progress;
    private volatile boolean owed;

    Inbox(Fd end) {
        this.end = end;
    }

    /// Packets that wait, as of the last count.
    int length() {
        return packets.size();
    }

    /// Connections among them. For any thread.
    int connections() {
        return connections.get();
    }

    /// Whether the worker had received nothing for a while at the last look.
    boolean stalled() {
        return stalled;
    }

    /// For how long the worker has received nothing; zero where nothing waits. For any thread.
    Duration idle() {
        return owed ? Duration.ofNanos(Reactor.now() - progress) : Duration.ZERO;
    }

    /// Takes notice of a packet that was sent.
    void sent(int bytes) {
        if (!owed) {
            progress = Reactor.now();
            owed = true;
        }
        packets.add(bytes);
    }

    /// Takes notice of one with a connection.
    void passed(int bytes) {
        sent(bytes);
        connections.set(packets.size());
    }

    /// Forgets what the worker has received.
    void recount() {
        long queued = packets.stream().mapToLong(Integer::longValue).sum();
        long left = end.isOpen() ? waitingBytes() : 0;
        int before = packets.size();
        while (queued > left && !packets.isEmpty()) {
            queued -= packets.remove();
        }
        if (packets.size() < before) {
            progress = Reactor.now();
        }
        owed = !packets.isEmpty();
        connections.set(
                (int) packets.stream().filter(bytes -> bytes != Member.DRAIN.length).count());
    }

    /// Counts, and judges whether the worker is stalled; false if nothing waits.
    boolean look() {
        recount();
        stalled = owed && Reactor.now() - progress >= STALLED_NANOS;
        return owed;
    }

    private int waitingBytes() {
        byte[] bytes = new byte[Integer.BYTES];
        Descriptors.ioctl(end.number(), FIONREAD, bytes);
        return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).getInt();
    }

    /// Takes back the connections that wait, in order. For how long the worker has received nothing
    /// stays as it is.
    ///
    /// @param held how many the dispatcher holds in all
    Deque<Connection> takeBack(AtomicInteger held) {
        Deque<Connection> untaken = new ArrayDeque<>();
        byte[] packet = new byte[MOST_PACKET_BYTES];
        int[] descriptor = new int[1];
        long count;
        while ((count = Rights.recvmsg(end.number(), packet, descriptor, Sockets.MSG_DONTWAIT))
                > 0) {
            if (descriptor[0] >= 0) {
                Connection connection = new Connection(new Fd(descriptor[0]), held);
                String text = new String(packet, 0, (int) count, US_ASCII);
                Optional<Ends> ends = Ends.parse(text.substring(Member.CONN.length).strip());
                ends.ifPresent(_ -> connection.proxied(ends));
                untaken.add(connection);
            }
        }
        packets.clear();
        connections.set(0);
        return untaken;
    }

    /// Forgets all.
    void clear() {
        packets.clear();
        connections.set(0);
        owed = false;
        stalled = false;
    }
}
